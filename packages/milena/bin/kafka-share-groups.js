#!/usr/bin/env node
import { open } from './door.js'

await open(['share-groups', ...process.argv.slice(2)])

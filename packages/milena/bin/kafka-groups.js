#!/usr/bin/env node
import { open } from './door.js'

await open(['groups', ...process.argv.slice(2)])

#!/usr/bin/env node
import { open } from './door.js'

await open(['consumer-groups', ...process.argv.slice(2)])

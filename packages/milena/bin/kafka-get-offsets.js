#!/usr/bin/env node
import { open } from './door.js'

await open(['get-offsets', ...process.argv.slice(2)])

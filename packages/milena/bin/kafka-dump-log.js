#!/usr/bin/env node
import { open } from './door.js'

await open(['dump-log', ...process.argv.slice(2)])

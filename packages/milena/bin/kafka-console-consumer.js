#!/usr/bin/env node
import { open } from './door.js'

await open(['console-consumer', ...process.argv.slice(2)])

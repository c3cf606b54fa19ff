#!/usr/bin/env node
import { open } from './door.js'

await open(['console-producer', ...process.argv.slice(2)])

#!/usr/bin/env node
import { open } from './door.js'

await open(['topics', ...process.argv.slice(2)])

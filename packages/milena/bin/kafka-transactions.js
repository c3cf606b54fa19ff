#!/usr/bin/env node
import { open } from './door.js'

await open(['transactions', ...process.argv.slice(2)])

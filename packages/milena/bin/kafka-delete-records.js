#!/usr/bin/env node
import { open } from './door.js'

await open(['delete-records', ...process.argv.slice(2)])

#!/usr/bin/env node
import { open } from './door.js'

await open(['features', ...process.argv.slice(2)])

#!/usr/bin/env node
import { open } from './door.js'

await open(['configs', ...process.argv.slice(2)])

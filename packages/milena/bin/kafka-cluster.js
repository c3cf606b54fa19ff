#!/usr/bin/env node
import { open } from './door.js'

await open(['cluster', ...process.argv.slice(2)])

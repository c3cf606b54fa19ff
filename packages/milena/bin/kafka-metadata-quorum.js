#!/usr/bin/env node
import { open } from './door.js'

await open(['metadata-quorum', ...process.argv.slice(2)])

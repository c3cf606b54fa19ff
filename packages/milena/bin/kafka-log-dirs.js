#!/usr/bin/env node
import { open } from './door.js'

await open(['log-dirs', ...process.argv.slice(2)])

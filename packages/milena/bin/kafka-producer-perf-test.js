#!/usr/bin/env node
import { open } from './door.js'

await open(['producer-perf-test', ...process.argv.slice(2)])

#!/usr/bin/env node
import { open } from './door.js'

await open(['consumer-perf-test', ...process.argv.slice(2)])

#!/usr/bin/env node
import { open } from './door.js'

await open(['broker-api-versions', ...process.argv.slice(2)])

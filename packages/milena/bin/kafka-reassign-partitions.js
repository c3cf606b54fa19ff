#!/usr/bin/env node
import { open } from './door.js'

await open(['reassign-partitions', ...process.argv.slice(2)])

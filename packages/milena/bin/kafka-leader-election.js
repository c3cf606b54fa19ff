#!/usr/bin/env node
import { open } from './door.js'

await open(['leader-election', ...process.argv.slice(2)])

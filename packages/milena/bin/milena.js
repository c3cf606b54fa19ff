#!/usr/bin/env node
import { open } from './door.js'

await open(process.argv.slice(2))

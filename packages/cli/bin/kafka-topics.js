#!/usr/bin/env node
import { open } from './door.js'

await open('kafka-topics')

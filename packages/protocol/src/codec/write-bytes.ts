import { SEPARATE_CHUNK_BYTES } from './limits.ts'
import { writing } from './message-codec.ts'

/** Copies the bytes to `p`, unless chunks are collected and they are large enough to be one; returns where to go on. */
export function writeBytes(b: Uint8Array, p: number, value: Uint8Array): number {
  if (writing.chunks !== null && value.length >= SEPARATE_CHUNK_BYTES) {
    if (p > writing.chunkStart) writing.chunks.push(b.subarray(writing.chunkStart, p))
    writing.chunks.push(value)
    writing.chunkStart = p
    return p
  }
  b.set(value, p)
  return p + value.length
}

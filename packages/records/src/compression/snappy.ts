// Snappy as Kafka's clients write it. The Java client frames it in the way of snappy-java ("xerial"):
//
//   0x82 'SNAPPY' 0x00 | version (4) | oldest version that reads it (4) | { size (4) | block }*
//
// with blocks of 32 KiB of content, and such streams may follow one another. Others write one bare block. Both
// are read; what is written is framed, which every client reads.
import type * as Snappy from 'snappy'
import { readInt32, writeInt32 } from '../bytes.ts'
import { lazyPackage } from '../native-package.ts'
import { corrupt, tooLarge } from './output-limit.ts'
import { decodeSnappyBlock, encodeSnappyBlock, readSnappyLength } from './snappy-block.ts'

const MAGIC = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0)
const HEADER_BYTES = 16
const VERSION = 1
const BLOCK_BYTES = 32 * 1024

const native = lazyPackage((require) => require('snappy') as typeof Snappy)

export function snappyCompress(bytes: Uint8Array): Uint8Array {
  const header = Buffer.allocUnsafe(HEADER_BYTES)
  header.set(MAGIC)
  writeInt32(header, 8, VERSION)
  writeInt32(header, 12, VERSION)
  const chunks: Uint8Array[] = [header]
  for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
    const block = encode(bytes.subarray(start, start + BLOCK_BYTES))
    const size = Buffer.allocUnsafe(4)
    writeInt32(size, 0, block.length)
    chunks.push(size, block)
  }
  return Buffer.concat(chunks)
}

export function snappyDecompress(bytes: Uint8Array, maxOutputBytes: number): Uint8Array {
  const blocks = isFramed(bytes) ? framedBlocks(bytes) : [bytes]
  // All lengths first: nothing is decoded, and no memory given, before the whole is known to be small enough.
  let total = 0
  for (const block of blocks) {
    total += readSnappyLength(block).length
    if (total > maxOutputBytes) throw tooLarge(maxOutputBytes)
  }
  const output = Buffer.allocUnsafeSlow(total)
  let at = 0
  for (const block of blocks) {
    const { length } = readSnappyLength(block)
    decode(block, output.subarray(at, at + length))
    at += length
  }
  return output
}

function isFramed(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && MAGIC.every((byte, index) => bytes[index] === byte)
}

function framedBlocks(bytes: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    // Where a block's size would be, another stream may begin; the magic is a negative size.
    const rest = bytes.subarray(at)
    if (isFramed(rest)) {
      if (readInt32(rest, 8) < VERSION) throw corrupt('snappy', 'the frame has an unknown version')
      at += HEADER_BYTES
      continue
    }
    const size = rest.length < 4 ? -1 : readInt32(rest, 0)
    if (size < 0 || size > rest.length - 4) throw corrupt('snappy', 'the frame ends within a block')
    blocks.push(rest.subarray(4, 4 + size))
    at += 4 + size
  }
  return blocks
}

function encode(content: Uint8Array): Uint8Array {
  const snappy = native()
  return snappy === undefined ? encodeSnappyBlock(content) : snappy.compressSync(content, { copyOutputData: true })
}

function decode(block: Uint8Array, output: Uint8Array): void {
  const snappy = native()
  if (snappy === undefined) return decodeSnappyBlock(block, output)
  let decoded: string | Uint8Array
  try {
    // Copied, so that the memory outside of the heap is free at once and not when a collection finds it.
    decoded = snappy.uncompressSync(block, { asBuffer: true, copyOutputData: true })
  } catch (error) {
    throw corrupt('snappy', error instanceof Error ? error.message : String(error), error)
  }
  if (typeof decoded === 'string' || decoded.length !== output.length) {
    throw corrupt('snappy', 'a block has not the length that it says')
  }
  output.set(decoded)
}

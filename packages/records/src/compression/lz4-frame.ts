// The LZ4 frame format (lz4_Frame_format.md):
//
//   magic 0x184D2204 | FLG | BD | content size (8, when FLG says so) | header checksum (1)
//   block: size (4, highest bit: stored as it is) | bytes | xxh32 of the bytes (4, when FLG says so)
//   ... | end mark 0 (4) | xxh32 of the content (4, when FLG says so)
//
//   FLG: version (2 bits, 01) | independent blocks | block checksums | content size | content checksum | 0 | dictionary
//   BD:  0 | block maximum size (3 bits, 4 to 7: 64 KiB, 256 KiB, 1 MiB, 4 MiB) | 0000
//
// As in Kafka, one frame is read and what follows it is not. Kafka refuses linked blocks, here they are read too:
// some encoders make them unless told otherwise. The content checksum, which Kafka leaves unread, is checked.
import type * as Lz4Napi from 'lz4-napi'
import { readUint32LittleEndian, writeInt32LittleEndian } from '../bytes.ts'
import { lazyPackage } from '../native-package.ts'
import { decodeLz4Block, encodeLz4Block, lz4BlockBound, writeLz4BlockSize } from './lz4-block.ts'
import { corrupt, tooLarge } from './output-limit.ts'
import { xxh32 } from './xxh32.ts'

const MAGIC = 0x184d2204
const VERSION = 0x40
const INDEPENDENT = 0x20
const BLOCK_CHECKSUM = 0x10
const CONTENT_SIZE = 0x08
const CONTENT_CHECKSUM = 0x04
const RESERVED_AND_DICTIONARY = 0x03

const native = lazyPackage((require) => (require('lz4-napi') as typeof Lz4Napi).compressFrameSync)

interface FrameHeader {
  readonly independent: boolean
  readonly blockChecksum: boolean
  readonly contentChecksum: boolean
  readonly contentSize: number | undefined
  readonly blockMaxBytes: number
  /** Where the first block begins. */
  readonly end: number
}

function readFrameHeader(input: Uint8Array): FrameHeader {
  if (input.length < 7) throw corrupt('lz4', 'the frame ends within its header')
  if (readUint32LittleEndian(input, 0) !== MAGIC) throw corrupt('lz4', 'no frame begins here')
  const flags = input[4]!
  const block = input[5]!
  if ((flags & 0xc0) !== VERSION) throw corrupt('lz4', 'the frame has an unknown version')
  if ((flags & RESERVED_AND_DICTIONARY) !== 0) throw corrupt('lz4', 'the frame needs a dictionary or is damaged')
  const sizeClass = block >>> 4
  if ((block & 0x8f) !== 0 || sizeClass < 4) throw corrupt('lz4', 'the frame has an unknown size of blocks')

  const hasContentSize = (flags & CONTENT_SIZE) !== 0
  const checksumAt = hasContentSize ? 14 : 6
  if (input.length <= checksumAt) throw corrupt('lz4', 'the frame ends within its header')
  if (input[checksumAt] !== ((xxh32(input.subarray(4, checksumAt)) >>> 8) & 0xff)) {
    throw corrupt('lz4', 'the checksum of the header is wrong')
  }
  return {
    independent: (flags & INDEPENDENT) !== 0,
    blockChecksum: (flags & BLOCK_CHECKSUM) !== 0,
    contentChecksum: (flags & CONTENT_CHECKSUM) !== 0,
    contentSize: hasContentSize
      ? readUint32LittleEndian(input, 6) + readUint32LittleEndian(input, 10) * 2 ** 32
      : undefined,
    blockMaxBytes: 1 << (2 * sizeClass + 8),
    end: checksumAt + 1,
  }
}

/** No byte of a block stands for more of its content: a frame that claims more lies, and gets no memory for it. */
const LARGEST_RATIO = 255

/**
 * Decodes a frame of at most `maxOutputBytes`. Allocates, as long as that is not more than the limit, twice what
 * comes out and what one block can hold.
 */
export function lz4Decompress(input: Uint8Array, maxOutputBytes: number): Uint8Array {
  const header = readFrameHeader(input)
  if (header.contentSize !== undefined && header.contentSize > maxOutputBytes) throw tooLarge(maxOutputBytes)
  const output = new FrameOutput(header, input.length, maxOutputBytes)
  let at = header.end
  for (;;) {
    if (input.length - at < 4) throw corrupt('lz4', 'the frame has no end')
    const word = readUint32LittleEndian(input, at)
    const size = word & 0x7fffffff
    at += 4
    if (size === 0) break
    if (size > header.blockMaxBytes) throw corrupt('lz4', 'a block is larger than the frame allows')
    if (size > input.length - at) throw corrupt('lz4', 'the frame ends within a block')
    const end = at + size
    if (word >>> 31 === 1) output.store(input, at, end)
    else output.decode(input, at, end)
    at = header.blockChecksum ? checkBlock(input, at, end) : end
  }
  checkEnd(input, at, header, output.content)
  return output.content
}

/** What is decoded so far, and room for more. */
class FrameOutput {
  readonly #header: FrameHeader
  readonly #maxBytes: number
  #bytes: Buffer<ArrayBuffer>
  #length = 0

  constructor(header: FrameHeader, inputLength: number, maxBytes: number) {
    this.#header = header
    this.#maxBytes = maxBytes
    const expected = header.contentSize ?? 4 * inputLength
    this.#bytes = Buffer.allocUnsafeSlow(Math.min(expected, LARGEST_RATIO * inputLength, maxBytes))
  }

  get content(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  store(input: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start)
    if (end - start > this.#bytes.length - this.#length) throw tooLarge(this.#maxBytes)
    this.#bytes.set(input.subarray(start, end), this.#length)
    this.#length += end - start
  }

  decode(input: Uint8Array, start: number, end: number): void {
    const { blockMaxBytes, independent } = this.#header
    this.#reserve(Math.min(blockMaxBytes, LARGEST_RATIO * (end - start)))
    const written = decodeLz4Block({
      input,
      inputStart: start,
      inputEnd: end,
      output: this.#bytes,
      outputStart: this.#length,
      outputEnd: Math.min(this.#bytes.length, this.#length + blockMaxBytes),
      historyStart: independent ? this.#length : 0,
    })
    if (written < 0) {
      if (this.#bytes.length - this.#length < blockMaxBytes) throw tooLarge(this.#maxBytes)
      throw corrupt('lz4', 'a block holds more than the frame allows')
    }
    this.#length = written
  }

  /** Makes room for so many bytes more, or for what the limit leaves of them. */
  #reserve(count: number): void {
    const needed = Math.min(this.#length + count, this.#maxBytes)
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, 2 * this.#bytes.length), this.#maxBytes))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

/** Checks the sum behind the block from `start` to `end`, and returns where the next one begins. */
function checkBlock(input: Uint8Array, start: number, end: number): number {
  if (input.length - end < 4) throw corrupt('lz4', 'the frame has no end')
  if (readUint32LittleEndian(input, end) !== xxh32(input.subarray(start, end))) {
    throw corrupt('lz4', 'the checksum of a block is wrong')
  }
  return end + 4
}

function checkEnd(input: Uint8Array, at: number, header: FrameHeader, content: Uint8Array): void {
  if (header.contentSize !== undefined && header.contentSize !== content.length) {
    throw corrupt('lz4', 'the content has not the size that the header says')
  }
  if (!header.contentChecksum) return
  if (input.length - at < 4) throw corrupt('lz4', 'the frame has no end')
  if (readUint32LittleEndian(input, at) !== xxh32(content)) {
    throw corrupt('lz4', 'the checksum of the content is wrong')
  }
}

/** Encodes a frame of independent blocks: Java clients read no other. */
export function lz4Compress(bytes: Uint8Array): Uint8Array {
  const compressFrame = native()
  if (compressFrame === undefined) return lz4CompressSoftware(bytes)
  const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // Copied, so that the memory outside of the heap is free at once and not when a collection finds it.
  return Buffer.from(compressFrame(input))
}

const SOFTWARE_BLOCK_BYTES = 64 * 1024

/** The same without the native package. */
export function lz4CompressSoftware(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil(bytes.length / SOFTWARE_BLOCK_BYTES)
  const output = Buffer.allocUnsafe(7 + blocks * (4 + lz4BlockBound(SOFTWARE_BLOCK_BYTES)) + 4)
  writeInt32LittleEndian(output, 0, MAGIC)
  output[4] = VERSION | INDEPENDENT
  output[5] = 0x40
  output[6] = (xxh32(output.subarray(4, 6)) >>> 8) & 0xff
  let at = 7
  for (let start = 0; start < bytes.length; start += SOFTWARE_BLOCK_BYTES) {
    const block = bytes.subarray(start, start + SOFTWARE_BLOCK_BYTES)
    const size = encodeLz4Block(block, output, at + 4) - at - 4
    const stored = size >= block.length
    if (stored) output.set(block, at + 4)
    writeLz4BlockSize(output, at, stored ? block.length : size, stored)
    at += 4 + (stored ? block.length : size)
  }
  writeInt32LittleEndian(output, at, 0)
  return Buffer.from(output.subarray(0, at + 4))
}

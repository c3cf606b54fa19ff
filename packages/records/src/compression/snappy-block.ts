// The Snappy block format (format_description.txt), in plain JavaScript: what is used where the native package
// cannot be loaded. A block is the length of its content as a varint, then elements: literals (tag 00) and
// copies with offsets of 11 bits (01), 16 bits (10) or 32 bits (11).
import { corrupt } from './output-limit.ts'

const HASH_BITS = 13
/** Blocks are encoded in pieces of this length, so that every offset fits into 16 bits. */
const PIECE_BYTES = 64 * 1024

/** No three bytes of a block stand for more than 64 of its content. */
const LARGEST_RATIO = 22

/** The length that a block says its content has, and where its elements begin. */
export function readSnappyLength(block: Uint8Array): { readonly length: number; readonly end: number } {
  let length = 0
  for (let index = 0; index < 5; index++) {
    const byte = block[index]
    if (byte === undefined) break
    length += (byte & 0x7f) * 2 ** (7 * index)
    if (byte >= 0x80) continue
    // So that no memory is given for a claim that the bytes cannot keep.
    if (length >= 2 ** 32 || length > LARGEST_RATIO * block.length) break
    return { length, end: index + 1 }
  }
  throw corrupt('snappy', 'the length of a block is missing or wrong')
}

/** Decodes a block into `output`, which has exactly the length that the block says. */
export function decodeSnappyBlock(block: Uint8Array, output: Uint8Array): void {
  let from = readSnappyLength(block).end
  let to = 0
  while (from < block.length) {
    const tag = block[from++]!
    if ((tag & 3) === 0) {
      let length = (tag >>> 2) + 1
      if (length > 60) {
        const extra = length - 60
        length = 1
        for (let index = 0; index < extra; index++) length += (block[from + index] ?? NaN) * 2 ** (8 * index)
        from += extra
      }
      // Also false when the length was cut off and is no number.
      if (!(length <= block.length - from && length <= output.length - to)) {
        throw corrupt('snappy', 'literals are cut off or too long')
      }
      output.set(block.subarray(from, from + length), to)
      from += length
      to += length
      continue
    }
    const short = (tag & 3) === 1
    const extra = short ? 1 : (tag & 3) === 2 ? 2 : 4
    const length = short ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
    let offset = short ? (tag >>> 5) * 256 : 0
    for (let index = 0; index < extra; index++) offset += (block[from + index] ?? NaN) * 2 ** (8 * index)
    from += extra
    if (!(offset > 0 && offset <= to && length <= output.length - to)) {
      throw corrupt('snappy', 'a copy is cut off, reaches back too far or is too long')
    }
    for (let index = 0; index < length; index++) output[to + index] = output[to - offset + index]!
    to += length
  }
  if (to !== output.length) throw corrupt('snappy', 'a block is shorter than it says')
}

/** Encodes a block, greedily. */
export function encodeSnappyBlock(content: Uint8Array): Uint8Array {
  const output = Buffer.allocUnsafe(32 + content.length + Math.ceil(content.length / 6))
  let to = 0
  let rest = content.length
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) output[to++] = (rest % 0x80) | 0x80
  output[to++] = rest
  for (let start = 0; start < content.length; start += PIECE_BYTES) {
    to = encodePiece(content.subarray(start, start + PIECE_BYTES), output, to)
  }
  return output.subarray(0, to)
}

function encodePiece(piece: Uint8Array, output: Uint8Array, outputStart: number): number {
  const heads = new Int32Array(1 << HASH_BITS).fill(-1)
  let to = outputStart
  let anchor = 0
  for (let at = 0; at + 4 <= piece.length;) {
    const slot = Math.imul(wordAt(piece, at), 0x1e35a7bd) >>> (32 - HASH_BITS)
    const candidate = heads[slot]!
    heads[slot] = at
    if (candidate < 0 || wordAt(piece, candidate) !== wordAt(piece, at)) {
      at += 1 + ((at - anchor) >> 5)
      continue
    }
    let length = 4
    while (at + length < piece.length && piece[candidate + length] === piece[at + length]) length++
    to = writeLiterals(output, to, piece.subarray(anchor, at))
    to = writeCopies(output, to, at - candidate, length)
    at += length
    anchor = at
  }
  return writeLiterals(output, to, piece.subarray(anchor))
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)

function writeLiterals(output: Uint8Array, at: number, literals: Uint8Array): number {
  if (literals.length === 0) return at
  let to = at
  const last = literals.length - 1
  if (last < 60) {
    output[to++] = last << 2
  } else {
    output[to++] = (last < 256 ? 60 : 61) << 2
    output[to++] = last
    if (last >= 256) output[to++] = last >> 8
  }
  output.set(literals, to)
  return to + literals.length
}

/** Copies of at most 64 bytes, with offsets of 16 bits. */
function writeCopies(output: Uint8Array, at: number, offset: number, length: number): number {
  let to = at
  for (let rest = length; rest > 0;) {
    const count = Math.min(rest, 64)
    output[to++] = ((count - 1) << 2) | 2
    output[to++] = offset
    output[to++] = offset >> 8
    rest -= count
  }
  return to
}

import { writeInt32LittleEndian } from '../bytes.ts'
import { corrupt } from './output-limit.ts'

/** A match is at least this long; a shorter one would not be worth its token. */
const SHORTEST_MATCH = 4
/** The format wants the last five bytes as literals, and no match that begins in the last twelve. */
const LAST_LITERALS = 5
const LAST_MATCH_START = 12
const LARGEST_OFFSET = 0xffff
const HASH_BITS = 13

/** Where a block is read from and written to. A match may reach back to `historyStart`. */
export interface Lz4BlockSpan {
  readonly input: Uint8Array
  readonly inputStart: number
  readonly inputEnd: number
  readonly output: Uint8Array
  readonly outputStart: number
  /** Nothing is written from here on. */
  readonly outputEnd: number
  readonly historyStart: number
}

/** Decodes one block and returns the end of what was written; -1 when that would lie beyond `outputEnd`. */
export function decodeLz4Block(span: Lz4BlockSpan): number {
  const { input, inputEnd, output, outputEnd, historyStart } = span
  let [from, to] = [span.inputStart, span.outputStart]
  while (from < inputEnd) {
    const token = input[from++]!
    let literals = token >>> 4
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) {
        if (from >= inputEnd) throw corrupt('lz4', 'a block ends within a length')
        more = input[from++]!
      }
    }
    if (literals > inputEnd - from) throw corrupt('lz4', 'a block ends within its literals')
    if (literals > outputEnd - to) return -1
    to = copyLiterals(input, from, output, to, literals)
    from += literals
    if (from === inputEnd) return to

    if (from + 2 > inputEnd) throw corrupt('lz4', 'a block ends within a match')
    const offset = input[from]! | (input[from + 1]! << 8)
    from += 2
    if (offset === 0 || offset > to - historyStart) throw corrupt('lz4', 'a match reaches back too far')
    let length = token & 15
    if (length === 15) {
      for (let more = 255; more === 255; length += more) {
        if (from >= inputEnd) throw corrupt('lz4', 'a block ends within a length')
        more = input[from++]!
      }
    }
    length += SHORTEST_MATCH
    if (length > outputEnd - to) return -1
    to = copyMatch(output, to, offset, length)
  }
  throw corrupt('lz4', 'a block ends without literals')
}

function copyLiterals(input: Uint8Array, from: number, output: Uint8Array, to: number, length: number): number {
  if (length > 32) {
    output.set(input.subarray(from, from + length), to)
  } else {
    for (let index = 0; index < length; index++) output[to + index] = input[from + index]!
  }
  return to + length
}

/** A match may overlap what it writes: then the bytes repeat with the period `offset`. */
function copyMatch(output: Uint8Array, to: number, offset: number, length: number): number {
  const end = to + length
  if (length <= 32) {
    for (let at = to; at < end; at++) output[at] = output[at - offset]!
  } else if (offset >= length) {
    output.copyWithin(to, to - offset, end - offset)
  } else if (offset === 1) {
    output.fill(output[to - 1]!, to, end)
  } else {
    // Each copy doubles what there is to copy.
    const start = to - offset
    for (let at = to; at < end; at += at - start) {
      output.copyWithin(at, start, Math.min(at, start + end - at))
    }
  }
  return end
}

/** How long a block of `length` bytes can become at worst. */
export function lz4BlockBound(length: number): number {
  return length + Math.ceil(length / 255) + 16
}

/**
 * Encodes one block without history, greedily: the fallback where the native package cannot be loaded.
 * `output` has room for `lz4BlockBound` bytes; returns the end of what was written.
 */
export function encodeLz4Block(block: Uint8Array, output: Uint8Array, outputStart: number): number {
  const heads = new Int32Array(1 << HASH_BITS).fill(-1)
  const lastStart = block.length - LAST_MATCH_START
  let to = outputStart
  let anchor = 0
  for (let at = 0; at <= lastStart;) {
    const word = wordAt(block, at)
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS)
    const candidate = heads[slot]!
    heads[slot] = at
    if (candidate < 0 || at - candidate > LARGEST_OFFSET || wordAt(block, candidate) !== word) {
      // The longer nothing repeats, the larger the steps: data that is random costs little.
      at += 1 + ((at - anchor) >> 6)
      continue
    }
    let length = SHORTEST_MATCH
    const most = block.length - LAST_LITERALS - at
    while (length < most && block[candidate + length] === block[at + length]) length++
    to = writeSequence(output, to, block.subarray(anchor, at), length)
    output[to++] = at - candidate
    output[to++] = (at - candidate) >> 8
    to = writeLengthTail(output, to, length - SHORTEST_MATCH)
    at += length
    anchor = at
  }
  return writeSequence(output, to, block.subarray(anchor), SHORTEST_MATCH)
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)

/** A token and the literals; the caller writes the match behind them. */
function writeSequence(output: Uint8Array, at: number, literals: Uint8Array, matchLength: number): number {
  output[at] = (Math.min(literals.length, 15) << 4) | Math.min(matchLength - SHORTEST_MATCH, 15)
  const to = writeLengthTail(output, at + 1, literals.length)
  output.set(literals, to)
  return to + literals.length
}

/** What of a length does not fit into the four bits of the token. */
function writeLengthTail(output: Uint8Array, at: number, length: number): number {
  if (length < 15) return at
  let to = at
  let rest = length - 15
  for (; rest >= 255; rest -= 255) output[to++] = 255
  output[to++] = rest
  return to
}

/** Writes a block's size in front of it; the highest bit says that it is stored as it is. */
export function writeLz4BlockSize(output: Uint8Array, at: number, size: number, stored: boolean): void {
  writeInt32LittleEndian(output, at, stored ? size | 0x80000000 : size)
}

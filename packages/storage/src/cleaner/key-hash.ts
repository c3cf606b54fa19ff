/** `floor(2^32 × |sin(i + 1)|)` (RFC 1321). */
const SINES = Int32Array.from({ length: 64 }, (_, index) => Math.floor(2 ** 32 * Math.abs(Math.sin(index + 1))))
const BLOCK_BYTES = 64

/**
 * MD5 of keys where they lie, as Kafka's cleaner tells keys apart: sixteen bytes for a key of any length. Node's own
 * makes objects in every call, and takes three times as long for keys as short as keys are.
 */
export class KeyHash {
  /** The last hash. */
  readonly words = new Int32Array(4)
  readonly #block = new Int32Array(16)

  /** Puts the hash of `length` bytes from `start` on into {@link words}. */
  hash(bytes: Uint8Array, start: number, length: number): void {
    const { words } = this
    const block = this.#block
    words[0] = 0x67452301
    words[1] = 0xefcdab89
    words[2] = 0x98badcfe
    words[3] = 0x10325476
    const end = start + length
    let at = start
    for (; end - at >= BLOCK_BYTES; at += BLOCK_BYTES) {
      fill(block, bytes, at, BLOCK_BYTES)
      mix(words, block)
    }
    const rest = end - at
    fill(block, bytes, at, rest)
    block[rest >>> 2]! |= 0x80 << ((rest & 3) * 8)
    if (rest >= BLOCK_BYTES - 8) {
      mix(words, block)
      block.fill(0)
    }
    block[14] = length << 3
    block[15] = length >>> 29
    mix(words, block)
  }
}

/** Little-endian words; what is behind `count` bytes is zero. */
function fill(block: Int32Array, bytes: Uint8Array, at: number, count: number): void {
  block.fill(0)
  for (let index = 0; index < count; index++) block[index >>> 2]! |= bytes[at + index]! << ((index & 3) * 8)
}

/** One block: four rounds of sixteen steps, four of which make a turn of the state, so that nothing is moved about. */
function mix(words: Int32Array, block: Int32Array): void {
  let a = words[0]!
  let b = words[1]!
  let c = words[2]!
  let d = words[3]!
  for (let i = 0; i < 16; i += 4) {
    a = turn(a + ((b & c) | (~b & d)) + SINES[i]! + block[i]!, 7, b)
    d = turn(d + ((a & b) | (~a & c)) + SINES[i + 1]! + block[i + 1]!, 12, a)
    c = turn(c + ((d & a) | (~d & b)) + SINES[i + 2]! + block[i + 2]!, 17, d)
    b = turn(b + ((c & d) | (~c & a)) + SINES[i + 3]! + block[i + 3]!, 22, c)
  }
  for (let i = 0; i < 16; i += 4) {
    a = turn(a + ((d & b) | (~d & c)) + SINES[16 + i]! + block[(5 * i + 1) & 15]!, 5, b)
    d = turn(d + ((c & a) | (~c & b)) + SINES[17 + i]! + block[(5 * i + 6) & 15]!, 9, a)
    c = turn(c + ((b & d) | (~b & a)) + SINES[18 + i]! + block[(5 * i + 11) & 15]!, 14, d)
    b = turn(b + ((a & c) | (~a & d)) + SINES[19 + i]! + block[(5 * i) & 15]!, 20, c)
  }
  for (let i = 0; i < 16; i += 4) {
    a = turn(a + (b ^ c ^ d) + SINES[32 + i]! + block[(3 * i + 5) & 15]!, 4, b)
    d = turn(d + (a ^ b ^ c) + SINES[33 + i]! + block[(3 * i + 8) & 15]!, 11, a)
    c = turn(c + (d ^ a ^ b) + SINES[34 + i]! + block[(3 * i + 11) & 15]!, 16, d)
    b = turn(b + (c ^ d ^ a) + SINES[35 + i]! + block[(3 * i + 14) & 15]!, 23, c)
  }
  for (let i = 0; i < 16; i += 4) {
    a = turn(a + (c ^ (b | ~d)) + SINES[48 + i]! + block[(7 * i) & 15]!, 6, b)
    d = turn(d + (b ^ (a | ~c)) + SINES[49 + i]! + block[(7 * i + 7) & 15]!, 10, a)
    c = turn(c + (a ^ (d | ~b)) + SINES[50 + i]! + block[(7 * i + 14) & 15]!, 15, d)
    b = turn(b + (d ^ (c | ~a)) + SINES[51 + i]! + block[(7 * i + 21) & 15]!, 21, c)
  }
  words[0] = words[0]! + a
  words[1] = words[1]! + b
  words[2] = words[2]! + c
  words[3] = words[3]! + d
}

function turn(sum: number, shift: number, next: number): number {
  return (next + ((sum << shift) | ((sum | 0) >>> (32 - shift)))) | 0
}

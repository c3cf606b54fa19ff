// Varints as records have them: zigzag, seven bits a byte, the lowest first. The reading side is in
// `record-walker.ts`, next to the cursor that it moves.

/** The bytes that an int32 takes, 1 to 5. */
export function sizeOfVarint(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0
  if (zigzag < 0x80) return 1
  if (zigzag < 0x4000) return 2
  if (zigzag < 0x200000) return 3
  return zigzag < 0x10000000 ? 4 : 5
}

/** Writes an int32 and returns the position behind it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  let position = at
  while (rest >= 0x80) {
    bytes[position++] = rest | 0x80
    rest >>>= 7
  }
  bytes[position++] = rest
  return position
}

/** What an int32 can hold, and the way to write it, is cheaper; most timestamp deltas are such. */
const isInt32 = (value: number): boolean => value === (value | 0)

/**
 * Zigzag is twice this, plus one for a negative value. It is not doubled here, since a double would lose the
 * lowest bit of a large one: the first byte takes six bits of it and the sign.
 */
const magnitudeOf = (value: number): number => (value < 0 ? -value - 1 : value)

/** The bytes that an int64 takes, 1 to 10. */
export function sizeOfVarlong(value: number): number {
  if (isInt32(value)) return sizeOfVarint(value)
  let size = 1
  for (let rest = Math.floor(magnitudeOf(value) / 0x40); rest > 0; rest = Math.floor(rest / 0x80)) size++
  return size
}

/** Writes an int64 and returns the position behind it. */
export function writeVarlong(bytes: Uint8Array, at: number, value: number): number {
  if (isInt32(value)) return writeVarint(bytes, at, value)
  const magnitude = magnitudeOf(value)
  let byte = (magnitude % 0x40) * 2 + (value < 0 ? 1 : 0)
  let position = at
  for (let rest = Math.floor(magnitude / 0x40); rest > 0; rest = Math.floor(rest / 0x80)) {
    bytes[position++] = byte | 0x80
    byte = rest % 0x80
  }
  bytes[position++] = byte
  return position
}

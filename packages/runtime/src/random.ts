import { randomBytes, randomInt } from 'node:crypto'

/** Chance as the rest of the system may know it, so that a simulation can repeat itself from a seed. */
export interface Random {
  /** A version 4 UUID in Kafka's form: 22 characters of URL-safe base64, never beginning with `-`. */
  uuid(): string
  bytes(length: number): Uint8Array
  /** A whole number from 0 to `maxExclusive - 1`, each as likely as the other; `maxExclusive` up to 2^48 - 1. */
  int(maxExclusive: number): number
}

/**
 * Draws version 4 UUIDs until one can be written on a command line: a leading `-` would look like an option.
 * The ids that Kafka reserves (zero, one and the metadata topic's) are no version 4 UUIDs and never come up.
 */
export function uuidFrom(bytes: (length: number) => Uint8Array): string {
  for (;;) {
    const id = bytes(16)
    id[6] = (id[6]! & 0x0f) | 0x40
    id[8] = (id[8]! & 0x3f) | 0x80
    const text = Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('base64url')
    if (!text.startsWith('-')) return text
  }
}

/** The operating system's random numbers, fit for ids and secrets. */
export const systemRandom: Random = {
  uuid: () => uuidFrom(randomBytes),
  bytes: (length) => randomBytes(length),
  int: (maxExclusive) => randomInt(maxExclusive),
}

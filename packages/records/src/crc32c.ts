import type * as NodeRsCrc32 from '@node-rs/crc32'
import { crc32cSoftware } from './crc32c-software.ts'
import { lazyPackage } from './native-package.ts'

/**
 * From this length on the native sum is the faster one (the call into it costs as much as 200 bytes). Below it
 * nothing native is even loaded, so that a broker answers its first small write without it.
 */
const NATIVE_FROM_BYTES = 512

const native = lazyPackage((require) => (require('@node-rs/crc32') as typeof NodeRsCrc32).crc32c)

/** CRC-32C (Castagnoli) as a uint32; `seed` is the sum of the bytes before, for a sum in pieces. */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  if (bytes.length < NATIVE_FROM_BYTES) return crc32cSoftware(bytes, seed)
  const sum = native()
  return sum === undefined ? crc32cSoftware(bytes, seed) : sum(bytes, seed)
}

/** Castagnoli's polynomial, bits reversed, as in the checksum of a record batch. */
const POLYNOMIAL = 0x82f63b78

/**
 * Which single bit, when flipped, makes the CRC-32C of `length` bytes another by exactly `difference` (the exclusive or
 * of both sums); undefined when none does. The sums of two texts differ by what their exclusive or is worth, so each bit
 * has a difference of its own, whatever the bytes are: that of the last bit is the polynomial, and each bit before it is
 * one step of the division further. For megabytes a chance hit is one in some hundreds, for kilobytes in hundreds of
 * thousands.
 */
export function findFlippedBit(
  difference: number,
  length: number,
): { readonly at: number; readonly bit: number } | undefined {
  const wanted = difference | 0
  let step = POLYNOMIAL | 0
  for (let at = length - 1; at >= 0; at--) {
    for (let bit = 7; bit >= 0; bit--) {
      if (step === wanted) return { at, bit }
      step = step & 1 ? (step >>> 1) ^ POLYNOMIAL : step >>> 1
      step |= 0
    }
  }
  return undefined
}

/** Whether exactly one bit is set. */
export function isOneBit(value: number): boolean {
  return value !== 0 && (value & (value - 1)) === 0
}

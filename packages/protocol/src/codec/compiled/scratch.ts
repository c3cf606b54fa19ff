/** Eight bytes to go between Buffer order and numbers that JavaScript reads through a view alone. */
const scratchView = new DataView(new ArrayBuffer(8))
const scratchBytes = new Uint8Array(scratchView.buffer)

export function getFloat64(b: Uint8Array, p: number): number {
  for (let i = 0; i < 8; i++) scratchBytes[i] = b[p + i]!
  return scratchView.getFloat64(0)
}

export function setFloat64(b: Uint8Array, p: number, value: number): void {
  scratchView.setFloat64(0, value)
  b.set(scratchBytes, p)
}

export function getBigInt64(b: Uint8Array, p: number): bigint {
  for (let i = 0; i < 8; i++) scratchBytes[i] = b[p + i]!
  return scratchView.getBigInt64(0)
}

export function setBigInt64(b: Uint8Array, p: number, value: bigint): void {
  scratchView.setBigInt64(0, value)
  b.set(scratchBytes, p)
}

// Record batches for histories: small, and wrong where they are meant to be.
import { buildBatch, type NewBatch, type NewRecord } from '@milena/records'

/** A time that lies in no run: between the year 2001 and the start of any history. */
export const LONG_AGO_MS = 1_000_000_000_000

/** A time that lies beyond any run: the year 2100. */
export const LONG_FROM_NOW_MS = 4_102_444_800_000

const text = (value: string | null): Uint8Array | null => (value === null ? null : Buffer.from(value))

/** `'key=value'` or `'value'`; null is a record without key and value. */
function records(values: readonly (string | null)[], baseTimestamp: number): NewRecord[] {
  return values.map((value, index) => {
    const [left, right] = value === null ? [null, null] : value.split('=')
    const [key, body] = right === undefined ? [null, left ?? null] : [left!, right]
    const timestamp = baseTimestamp < 0 ? baseTimestamp : baseTimestamp + index
    return { timestamp, key: text(key), value: text(body) }
  })
}

/** A batch of such records, a millisecond apart. */
export function batch(
  values: readonly (string | null)[],
  options: Omit<Partial<NewBatch>, 'records'> = {},
  baseTimestamp = LONG_AGO_MS,
): Uint8Array {
  return buildBatch({ ...options, records: records(values, baseTimestamp) })
}

/** A batch after something has happened to its bytes. */
export function spoiled(bytes: Uint8Array, spoil: (bytes: Buffer) => void): Uint8Array {
  const copy = Buffer.from(bytes)
  spoil(copy)
  return copy
}

import fc from 'fast-check'
import type { NewBatch, NewRecord } from '../batch-builder.ts'
import { compressionTypes } from '../compression/compression-type.ts'

const bytesOrNull = fc.option(
  fc.oneof(
    { weight: 9, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    fc.uint8Array({ minLength: 200, maxLength: 9000 }),
  ),
  { freq: 6 },
)

/** Around now, far away, before 1970, none. */
const timestamp = fc.oneof(
  fc.integer({ min: 1_699_999_000_000, max: 1_700_001_000_000 }),
  fc.nat(2 ** 45),
  fc.constant(-1),
)

/** Objects with the usual prototype, so that they compare equal to those that were read. */
const usual = { noNullPrototype: true }

const record: fc.Arbitrary<NewRecord> = fc.record(
  {
    timestamp,
    key: bytesOrNull,
    value: bytesOrNull,
    headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 8 }), value: bytesOrNull }, usual), {
      maxLength: 3,
    }),
  },
  usual,
)

/** Batches of all codecs and kinds. */
export const newBatch: fc.Arbitrary<NewBatch> = fc.record(
  {
    baseOffset: fc.nat(2 ** 40),
    partitionLeaderEpoch: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
    compression: fc.constantFrom(...compressionTypes),
    producerId: fc.oneof(fc.constant(-1), fc.nat(2 ** 50)),
    producerEpoch: fc.integer({ min: -1, max: 32_767 }),
    baseSequence: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
    isTransactional: fc.boolean(),
    isControl: fc.boolean(),
    records: fc.array(record, { minLength: 1, maxLength: 8 }),
  },
  usual,
)

/** A record with its bytes as hex, so that a `Buffer` and a `Uint8Array` of the same bytes compare equal. */
export function comparable<Shape extends NewRecord>(record: Shape): object {
  const hex = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString('hex'))
  return {
    ...record,
    key: hex(record.key),
    value: hex(record.value),
    headers: record.headers?.map(({ key, value }) => [key, hex(value)]),
  }
}

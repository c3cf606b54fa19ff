import { batches } from '@milena/records'
import type { Symbols } from './normalise.ts'

type Description = Readonly<Record<string, unknown>>

/** Batches as their header and records say, so that two compressors may choose different bytes. */
export function describeRecords(bytes: Uint8Array, symbols: Symbols): readonly Description[] | string {
  const result: Description[] = []
  try {
    for (const batch of batches(bytes)) {
      const producerId = batch.producerId < 0 ? -1 : symbols.name('producer', batch.producerId)
      const isNow = (timestamp: number): boolean => timestamp >= symbols.startedAtMs && timestamp <= Date.now() + 1000
      const time = (timestamp: number): number | string => (isNow(timestamp) ? '<now>' : timestamp)
      result.push({
        baseOffset: batch.baseOffset,
        lastOffset: batch.lastOffset,
        partitionLeaderEpoch: batch.partitionLeaderEpoch,
        magic: batch.magic,
        validCrc: batch.isValidCrc(),
        compression: batch.compression,
        timestampType: batch.timestampType,
        isTransactional: batch.isTransactional,
        isControl: batch.isControl,
        maxTimestamp: time(batch.maxTimestamp),
        producerId,
        producerEpoch: batch.producerEpoch,
        baseSequence: batch.baseSequence,
        records: [...batch.records()].map(({ offset, timestamp, key, value, headers }) => ({
          offset,
          timestamp: time(timestamp),
          key: textOf(key),
          value: textOf(value),
          headers: headers.map((header) => `${header.key}=${textOf(header.value)}`),
        })),
      })
    }
  } catch {
    return `not batches: ${Buffer.from(bytes).toString('hex')}`
  }
  return result
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('latin1')
}

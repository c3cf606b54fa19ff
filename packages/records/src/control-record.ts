import { buildBatch } from './batch-builder.ts'
import { readInt16, readInt32, writeInt16, writeInt32 } from './bytes.ts'
import type { Record } from './record.ts'
import { RecordsError } from './records-error.ts'

/** What the key of a record in a control batch says (Kafka's ControlRecordType), by its id. */
export const controlRecordTypes = [
  'ABORT',
  'COMMIT',
  'LEADER_CHANGE',
  'SNAPSHOT_HEADER',
  'SNAPSHOT_FOOTER',
  'KRAFT_VERSION',
  'KRAFT_VOTERS',
] as const

export type ControlRecordType = (typeof controlRecordTypes)[number] | 'UNKNOWN'

const KEY_BYTES = 4
const END_TRANSACTION_BYTES = 6

/** The type of a control record. A type of the future is `UNKNOWN`: readers pass over it. */
export function controlRecordType(record: Pick<Record, 'key'>): ControlRecordType {
  const { key } = record
  if (key === null || key.length < KEY_BYTES) {
    throw new RecordsError('INVALID_RECORD', 'the key of a control record is missing or too short')
  }
  if (readInt16(key, 0) < 0) throw new RecordsError('INVALID_RECORD', 'a control record has a negative version')
  return controlRecordTypes[readInt16(key, 2)] ?? 'UNKNOWN'
}

export interface EndTransactionMarker {
  readonly committed: boolean
  /** The epoch of the transaction coordinator that wrote it: a marker of an older one is refused. */
  readonly coordinatorEpoch: number
}

/** Reads the marker that ends a transaction in a partition. Throws `INVALID_RECORD` when the record is none. */
export function parseEndTransactionMarker(record: Pick<Record, 'key' | 'value'>): EndTransactionMarker {
  const type = controlRecordType(record)
  const { value } = record
  if (type !== 'COMMIT' && type !== 'ABORT') {
    throw new RecordsError('INVALID_RECORD', `a control record of type ${type} ends no transaction`)
  }
  if (value === null || value.length < END_TRANSACTION_BYTES || readInt16(value, 0) < 0) {
    throw new RecordsError('INVALID_RECORD', 'the value of a transaction marker is missing, too short or negative')
  }
  return { committed: type === 'COMMIT', coordinatorEpoch: readInt32(value, 2) }
}

/** A batch with the one record that ends a producer's transaction in a partition. */
export function endTransactionMarker(marker: {
  readonly producerId: number
  readonly producerEpoch: number
  readonly committed: boolean
  readonly coordinatorEpoch: number
  readonly timestamp: number
  readonly baseOffset?: number
  readonly partitionLeaderEpoch?: number
}): Uint8Array {
  const { committed, coordinatorEpoch, timestamp, ...header } = marker
  const key = new Uint8Array(KEY_BYTES)
  writeInt16(key, 2, controlRecordTypes.indexOf(committed ? 'COMMIT' : 'ABORT'))
  const value = new Uint8Array(END_TRANSACTION_BYTES)
  writeInt32(value, 2, coordinatorEpoch)
  return buildBatch({ ...header, isTransactional: true, isControl: true, records: [{ timestamp, key, value }] })
}

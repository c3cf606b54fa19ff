import {
  decode,
  KRaftVersionRecord,
  LeaderChangeMessage,
  type Message,
  SnapshotFooterRecord,
  SnapshotHeaderRecord,
  VotersRecord,
} from '@milena/protocol'
import { controlRecordType, parseEndTransactionMarker, type ControlRecordType, type Record } from '@milena/records'
import { messageJson } from '../message-json.ts'

/** What stands in the records of a metadata log that are none of metadata, and what Kafka's tool calls them. */
const quorumRecords: Readonly<
  Partial<{ [T in ControlRecordType]: { readonly title: string; readonly schema: Message } }>
> = {
  LEADER_CHANGE: { title: 'LeaderChange:', schema: LeaderChangeMessage },
  SNAPSHOT_HEADER: { title: 'SnapshotHeader', schema: SnapshotHeaderRecord },
  SNAPSHOT_FOOTER: { title: 'SnapshotFooter', schema: SnapshotFooterRecord },
  KRAFT_VERSION: { title: 'KRaftVersion', schema: KRaftVersionRecord },
  KRAFT_VOTERS: { title: 'KRaftVoters', schema: VotersRecord },
}

/** What a control record says, with a blank before it. */
export function controlRecordText(record: Record): string {
  const type = controlRecordType(record)
  if (type === 'ABORT' || type === 'COMMIT') {
    return ` endTxnMarker: ${type} coordinatorEpoch: ${parseEndTransactionMarker(record).coordinatorEpoch}`
  }
  const known = quorumRecords[type]
  if (known === undefined) return ` controlType: ${type}(${new DataView(viewOf(record.key!)).getInt16(2)})`
  // Read in version 0, as Kafka's own tool does, and written in the version that the record names.
  const decoded = decode(known.schema, 0, record.value!)
  const version = (decoded as { readonly version?: number }).version ?? 0
  return ` ${known.title} ${messageJson(known.schema, version, decoded)}`
}

const viewOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer

import { array, bool, bytes, int32, int64, int8, string, struct, uuid } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

export const RemoteLogSegmentMetadataRecord = message({
  name: 'RemoteLogSegmentMetadataRecord',
  apiKey: 0,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    remoteLogSegmentId: struct('0+', {
      topicIdPartition: struct('0+', {
        name: string('0+'),
        id: uuid('0+'),
        partition: int32('0+'),
      }),
      id: uuid('0+'),
    }),
    startOffset: int64('0+'),
    endOffset: int64('0+'),
    brokerId: int32('0+'),
    maxTimestampMs: int64('0+', { about: 'The largest timestamp in the segment, in ms since 1970.' }),
    eventTimestampMs: int64('0+', { about: 'When this happened, in ms since 1970.' }),
    segmentLeaderEpochs: array('0+', {
      leaderEpoch: int32('0+', { about: 'Grows with every election; -1 when unknown.' }),
      offset: int64('0+'),
    }),
    segmentSizeInBytes: int32('0+'),
    customMetadata: bytes('0+', {
      nullable: '0+',
      default: null,
      about: 'What the remote storage wants to remember of the segment.',
    }),
    remoteLogSegmentState: int8('0+', { about: '0 copy started, 1 copied, 2 delete started, 3 deleted.' }),
    txnIndexEmpty: bool('0+', {
      tag: 0,
      about: 'Nothing was aborted in the segment, so that it has no transaction index.',
    }),
  },
})
export type RemoteLogSegmentMetadataRecord = Infer<typeof RemoteLogSegmentMetadataRecord>

export const RemoteLogSegmentMetadataUpdateRecord = message({
  name: 'RemoteLogSegmentMetadataUpdateRecord',
  apiKey: 1,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    remoteLogSegmentId: struct('0+', {
      topicIdPartition: struct('0+', {
        name: string('0+'),
        id: uuid('0+'),
        partition: int32('0+'),
      }),
      id: uuid('0+'),
    }),
    brokerId: int32('0+'),
    eventTimestampMs: int64('0+', { about: 'When this happened, in ms since 1970.' }),
    customMetadata: bytes('0+', {
      nullable: '0+',
      default: null,
      about: 'What the remote storage wants to remember of the segment.',
    }),
    remoteLogSegmentState: int8('0+', { about: '0 copy started, 1 copied, 2 delete started, 3 deleted.' }),
  },
})
export type RemoteLogSegmentMetadataUpdateRecord = Infer<typeof RemoteLogSegmentMetadataUpdateRecord>

export const RemoteLogSegmentMetadataSnapshotRecord = message({
  name: 'RemoteLogSegmentMetadataSnapshotRecord',
  apiKey: 3,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    segmentId: uuid('0+'),
    startOffset: int64('0+'),
    endOffset: int64('0+'),
    brokerId: int32('0+'),
    maxTimestampMs: int64('0+', { about: 'The largest timestamp in the segment, in ms since 1970.' }),
    eventTimestampMs: int64('0+', { about: 'When this happened, in ms since 1970.' }),
    segmentLeaderEpochs: array('0+', {
      leaderEpoch: int32('0+', { about: 'Grows with every election; -1 when unknown.' }),
      offset: int64('0+'),
    }),
    segmentSizeInBytes: int32('0+'),
    customMetadata: bytes('0+', {
      nullable: '0+',
      default: null,
      about: 'What the remote storage wants to remember of the segment.',
    }),
    remoteLogSegmentState: int8('0+', { about: '0 copy started, 1 copied, 2 delete started, 3 deleted.' }),
    txnIndexEmpty: bool('0+', {
      tag: 0,
      about: 'Nothing was aborted in the segment, so that it has no transaction index.',
    }),
  },
})
export type RemoteLogSegmentMetadataSnapshotRecord = Infer<typeof RemoteLogSegmentMetadataSnapshotRecord>

export const RemotePartitionDeleteMetadataRecord = message({
  name: 'RemotePartitionDeleteMetadataRecord',
  apiKey: 2,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    topicIdPartition: struct('0+', {
      name: string('0+'),
      id: uuid('0+'),
      partition: int32('0+'),
    }),
    brokerId: int32('0+'),
    eventTimestampMs: int64('0+', { about: 'When this happened, in ms since 1970.' }),
    remotePartitionDeleteState: int8('0+', { about: '0 marked, 1 started, 2 finished.' }),
  },
})
export type RemotePartitionDeleteMetadataRecord = Infer<typeof RemotePartitionDeleteMetadataRecord>

import { array, int16, int32, int64, int8, string, uuid } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

export const ShareSnapshotKey = message({
  name: 'ShareSnapshotKey',
  apiKey: 0,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
    topicId: uuid('0'),
    partition: int32('0'),
  },
})
export type ShareSnapshotKey = Infer<typeof ShareSnapshotKey>

export const ShareSnapshotValue = message({
  name: 'ShareSnapshotValue',
  apiKey: 0,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    snapshotEpoch: int32('0+'),
    stateEpoch: int32('0+'),
    leaderEpoch: int32('0+'),
    startOffset: int64('0+'),
    deliveryCompleteCount: int32('0+', { default: -1, tag: 0 }),
    createTimestamp: int64('0+'),
    writeTimestamp: int64('0+'),
    stateBatches: array('0+', {
      firstOffset: int64('0+'),
      lastOffset: int64('0+'),
      deliveryState: int8('0+'),
      deliveryCount: int16('0+'),
    }),
  },
})
export type ShareSnapshotValue = Infer<typeof ShareSnapshotValue>

export const ShareUpdateKey = message({
  name: 'ShareUpdateKey',
  apiKey: 1,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
    topicId: uuid('0'),
    partition: int32('0'),
  },
})
export type ShareUpdateKey = Infer<typeof ShareUpdateKey>

export const ShareUpdateValue = message({
  name: 'ShareUpdateValue',
  apiKey: 1,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    snapshotEpoch: int32('0+'),
    leaderEpoch: int32('0+'),
    startOffset: int64('0+'),
    deliveryCompleteCount: int32('0+', { default: -1, tag: 0 }),
    stateBatches: array('0+', {
      firstOffset: int64('0+'),
      lastOffset: int64('0+'),
      deliveryState: int8('0+'),
      deliveryCount: int16('0+'),
    }),
  },
})
export type ShareUpdateValue = Infer<typeof ShareUpdateValue>

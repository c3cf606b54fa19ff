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

/** The whole state of a share partition. */
export const ShareSnapshotValue = message({
  name: 'ShareSnapshotValue',
  apiKey: 0,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    snapshotEpoch: int32('0+', { about: 'Ties the updates to their snapshot.' }),
    stateEpoch: int32('0+', { about: 'Grows with every reset of the share partition.' }),
    leaderEpoch: int32('0+', { about: 'Grows with every election; -1 when unknown.' }),
    startOffset: int64('0+', { about: 'The oldest record that is not yet done with; -1 when unknown.' }),
    deliveryCompleteCount: int32('0+', {
      default: -1,
      tag: 0,
      about: 'How many records above the start offset are done with; -1 when unknown.',
    }),
    createTimestamp: int64('0+', { about: 'In ms since 1970.' }),
    writeTimestamp: int64('0+', { about: 'In ms since 1970.' }),
    stateBatches: array('0+', {
      firstOffset: int64('0+'),
      lastOffset: int64('0+'),
      deliveryState: int8('0+', { about: '0 available, 2 acknowledged, 4 archived.' }),
      deliveryCount: int16('0+', { about: 'How often the records have been handed out.' }),
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

/** What has changed since the snapshot. */
export const ShareUpdateValue = message({
  name: 'ShareUpdateValue',
  apiKey: 1,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    snapshotEpoch: int32('0+', { about: 'Ties the updates to their snapshot.' }),
    leaderEpoch: int32('0+', { about: 'Grows with every election; -1 when unknown.' }),
    startOffset: int64('0+', { about: 'The oldest record that is not yet done with; -1 when unknown.' }),
    deliveryCompleteCount: int32('0+', {
      default: -1,
      tag: 0,
      about: 'How many records above the start offset are done with; -1 when unknown.',
    }),
    stateBatches: array('0+', {
      firstOffset: int64('0+'),
      lastOffset: int64('0+'),
      deliveryState: int8('0+', { about: '0 available, 2 acknowledged, 4 archived.' }),
      deliveryCount: int16('0+', { about: 'How often the records have been handed out.' }),
    }),
  },
})
export type ShareUpdateValue = Infer<typeof ShareUpdateValue>

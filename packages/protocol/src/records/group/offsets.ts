import { int32, int64, string, uuid } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

export const OffsetCommitKey = message({
  name: 'OffsetCommitKey',
  apiKey: 1,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    group: string('0'),
    topic: string('0'),
    partition: int32('0'),
  },
})
export type OffsetCommitKey = Infer<typeof OffsetCommitKey>

export const OffsetCommitValue = message({
  name: 'OffsetCommitValue',
  apiKey: 1,
  kind: 'coordinator-value',
  versions: '0-4',
  flexible: '4+',
  fields: {
    offset: int64('0+'),
    leaderEpoch: int32('3+', { default: -1, ignorable: true, about: 'Grows with every election; -1 when unknown.' }),
    metadata: string('0+'),
    commitTimestamp: int64('0+', { about: 'When the offset was committed, in ms since 1970.' }),
    expireTimestamp: int64('1', {
      default: -1,
      ignorable: true,
      about: 'Of version 1 alone: when the commit lapses, in ms since 1970.',
    }),
    topicId: uuid('4+', { tag: 0, ignorable: true }),
  },
})
export type OffsetCommitValue = Infer<typeof OffsetCommitValue>

/** What old brokers wrote; read still, and treated like OffsetCommitKey. */
export const LegacyOffsetCommitKey = message({
  name: 'LegacyOffsetCommitKey',
  apiKey: 0,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    group: string('0'),
    topic: string('0'),
    partition: int32('0'),
  },
})
export type LegacyOffsetCommitKey = Infer<typeof LegacyOffsetCommitKey>

export const LegacyOffsetCommitValue = message({
  name: 'LegacyOffsetCommitValue',
  apiKey: 0,
  kind: 'coordinator-value',
  versions: '0',
  flexible: 'none',
  fields: {
    offset: int64('0'),
    metadata: string('0'),
    commitTimestamp: int64('0', { about: 'When the offset was committed, in ms since 1970.' }),
  },
})
export type LegacyOffsetCommitValue = Infer<typeof LegacyOffsetCommitValue>

import { array, int16, int32, int64, string, struct, uint16, uuid } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

const voter = {
  voterId: int32('0+'),
  voterDirectoryId: uuid('1+'),
}

/** The control record with which a new leader of the metadata quorum begins. */
export const LeaderChangeMessage = message({
  name: 'LeaderChangeMessage',
  kind: 'data',
  versions: '0-1',
  flexible: '0+',
  fields: {
    version: int16('0+'),
    leaderId: int32('0+', { entityType: 'brokerId', about: '-1 for none.' }),
    voters: array('0+', voter),
    grantingVoters: array('0+', voter),
  },
})
export type LeaderChangeMessage = Infer<typeof LeaderChangeMessage>

/** The first record of a snapshot of the metadata. */
export const SnapshotHeaderRecord = message({
  name: 'SnapshotHeaderRecord',
  kind: 'data',
  versions: '0',
  flexible: '0+',
  fields: {
    version: int16('0+'),
    lastContainedLogTimestamp: int64('0+', { about: 'Of the last batch in the snapshot, in ms since 1970.' }),
  },
})
export type SnapshotHeaderRecord = Infer<typeof SnapshotHeaderRecord>

/** The last record of a snapshot of the metadata. */
export const SnapshotFooterRecord = message({
  name: 'SnapshotFooterRecord',
  kind: 'data',
  versions: '0',
  flexible: '0+',
  fields: {
    version: int16('0+'),
  },
})
export type SnapshotFooterRecord = Infer<typeof SnapshotFooterRecord>

export const KRaftVersionRecord = message({
  name: 'KRaftVersionRecord',
  kind: 'data',
  versions: '0',
  flexible: '0+',
  fields: {
    version: int16('0+'),
    kRaftVersion: int16('0+'),
  },
})
export type KRaftVersionRecord = Infer<typeof KRaftVersionRecord>

export const VotersRecord = message({
  name: 'VotersRecord',
  kind: 'data',
  versions: '0',
  flexible: '0+',
  fields: {
    version: int16('0+'),
    voters: array('0+', {
      voterId: int32('0+', { entityType: 'brokerId' }),
      voterDirectoryId: uuid('0+'),
      endpoints: array('0+', {
        name: string('0+', { mapKey: true }),
        host: string('0+'),
        port: uint16('0+'),
      }),
      kRaftVersionFeature: struct('0+', {
        minSupportedVersion: int16('0+'),
        maxSupportedVersion: int16('0+'),
      }),
    }),
  },
})
export type VotersRecord = Infer<typeof VotersRecord>

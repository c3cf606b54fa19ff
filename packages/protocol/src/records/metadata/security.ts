import { array, bytes, int32, int64, int8, string, uuid } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

export const AccessControlEntryRecord = message({
  name: 'AccessControlEntryRecord',
  apiKey: 18,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    id: uuid('0+'),
    resourceType: int8('0+', { about: '2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7 user.' }),
    resourceName: string('0+'),
    patternType: int8('0+', { about: '3 literal, 4 prefixed.' }),
    principal: string('0+', { about: 'Type and name, such as User:alice.' }),
    host: string('0+', { about: 'The address to which the entry applies, or * for all.' }),
    operation: int8('0+', {
      about: '0 unknown, 1 any, 2 all, 3 read, 4 write, 5 create, 6 delete, 7 alter, 8 describe, and so on.',
    }),
    permissionType: int8('0+', { about: '0 unknown, 1 any, 2 deny, 3 allow.' }),
  },
})
export type AccessControlEntryRecord = Infer<typeof AccessControlEntryRecord>

export const RemoveAccessControlEntryRecord = message({
  name: 'RemoveAccessControlEntryRecord',
  apiKey: 19,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    id: uuid('0+'),
  },
})
export type RemoveAccessControlEntryRecord = Infer<typeof RemoveAccessControlEntryRecord>

export const UserScramCredentialRecord = message({
  name: 'UserScramCredentialRecord',
  apiKey: 11,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    name: string('0+'),
    mechanism: int8('0+', { about: '1 SCRAM-SHA-256, 2 SCRAM-SHA-512.' }),
    salt: bytes('0+'),
    storedKey: bytes('0+'),
    serverKey: bytes('0+'),
    iterations: int32('0+', { about: 'Of the hash.' }),
  },
})
export type UserScramCredentialRecord = Infer<typeof UserScramCredentialRecord>

export const RemoveUserScramCredentialRecord = message({
  name: 'RemoveUserScramCredentialRecord',
  apiKey: 22,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    name: string('0+'),
    mechanism: int8('0+', { about: '1 SCRAM-SHA-256, 2 SCRAM-SHA-512.' }),
  },
})
export type RemoveUserScramCredentialRecord = Infer<typeof RemoveUserScramCredentialRecord>

export const DelegationTokenRecord = message({
  name: 'DelegationTokenRecord',
  apiKey: 10,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    owner: string('0+'),
    requester: string('0+'),
    renewers: array('0+', 'string', { about: 'Who besides the owner may renew the token.' }),
    issueTimestamp: int64('0+', { about: 'In ms since 1970.' }),
    maxTimestamp: int64('0+', { about: 'The end of all renewals, in ms since 1970.' }),
    expirationTimestamp: int64('0+', { about: 'In ms since 1970.' }),
    tokenId: string('0+'),
  },
})
export type DelegationTokenRecord = Infer<typeof DelegationTokenRecord>

export const RemoveDelegationTokenRecord = message({
  name: 'RemoveDelegationTokenRecord',
  apiKey: 26,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    tokenId: string('0+'),
  },
})
export type RemoveDelegationTokenRecord = Infer<typeof RemoveDelegationTokenRecord>

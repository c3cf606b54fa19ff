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
    resourceType: int8('0+'),
    resourceName: string('0+'),
    patternType: int8('0+'),
    principal: string('0+'),
    host: string('0+'),
    operation: int8('0+'),
    permissionType: int8('0+'),
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
    mechanism: int8('0+'),
    salt: bytes('0+'),
    storedKey: bytes('0+'),
    serverKey: bytes('0+'),
    iterations: int32('0+'),
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
    mechanism: int8('0+'),
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
    renewers: array('0+', 'string'),
    issueTimestamp: int64('0+'),
    maxTimestamp: int64('0+'),
    expirationTimestamp: int64('0+'),
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

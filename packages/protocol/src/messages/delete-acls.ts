import { array, int16, int32, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const DeleteAclsRequest = message({
  name: 'DeleteAclsRequest',
  apiKey: 31,
  kind: 'request',
  versions: '1-3',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  fields: {
    filters: array('0+', {
      resourceTypeFilter: int8('0+', { about: 'Numbered as the resource type, 1 for any.' }),
      resourceNameFilter: string('0+', { nullable: '0+', about: 'Null matches all.' }),
      patternTypeFilter: int8('1+', { default: 3, about: '1 any, 2 match, 3 literal, 4 prefixed.' }),
      principalFilter: string('0+', { nullable: '0+', about: 'Null matches all.' }),
      hostFilter: string('0+', { nullable: '0+', about: 'Null matches all.' }),
      operation: int8('0+', {
        about: '0 unknown, 1 any, 2 all, 3 read, 4 write, 5 create, 6 delete, 7 alter, 8 describe, and so on.',
      }),
      permissionType: int8('0+', { about: '0 unknown, 1 any, 2 deny, 3 allow.' }),
    }),
  },
})
export type DeleteAclsRequest = Infer<typeof DeleteAclsRequest>

export const DeleteAclsResponse = message({
  name: 'DeleteAclsResponse',
  apiKey: 31,
  kind: 'response',
  versions: '1-3',
  flexible: '2+',
  fields: {
    throttleTimeMs: int32('0+'),
    filterResults: array('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
      matchingAcls: array('0+', {
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+' }),
        resourceType: int8('0+', {
          about: '2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7 user.',
        }),
        resourceName: string('0+'),
        patternType: int8('1+', { default: 3, about: '3 literal, 4 prefixed.' }),
        principal: string('0+', { about: 'Type and name, such as User:alice.' }),
        host: string('0+', { about: 'The address to which the entry applies, or * for all.' }),
        operation: int8('0+', {
          about: '0 unknown, 1 any, 2 all, 3 read, 4 write, 5 create, 6 delete, 7 alter, 8 describe, and so on.',
        }),
        permissionType: int8('0+', { about: '0 unknown, 1 any, 2 deny, 3 allow.' }),
      }),
    }),
  },
})
export type DeleteAclsResponse = Infer<typeof DeleteAclsResponse>

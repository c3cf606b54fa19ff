import { array, int16, int32, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const DescribeAclsRequest = message({
  name: 'DescribeAclsRequest',
  apiKey: 29,
  kind: 'request',
  versions: '1-3',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  fields: {
    resourceTypeFilter: int8('0+'),
    resourceNameFilter: string('0+', { nullable: '0+' }),
    patternTypeFilter: int8('1+', { default: 3 }),
    principalFilter: string('0+', { nullable: '0+' }),
    hostFilter: string('0+', { nullable: '0+' }),
    operation: int8('0+'),
    permissionType: int8('0+'),
  },
})
export type DescribeAclsRequest = Infer<typeof DescribeAclsRequest>

export const DescribeAclsResponse = message({
  name: 'DescribeAclsResponse',
  apiKey: 29,
  kind: 'response',
  versions: '1-3',
  flexible: '2+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+' }),
    resources: array('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      patternType: int8('1+', { default: 3 }),
      acls: array('0+', {
        principal: string('0+'),
        host: string('0+'),
        operation: int8('0+'),
        permissionType: int8('0+'),
      }),
    }),
  },
})
export type DescribeAclsResponse = Infer<typeof DescribeAclsResponse>

import { array, bool, int16, int32, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Versions: 1 brokers or controllers; 2 fenced brokers. */
export const DescribeClusterRequest = message({
  name: 'DescribeClusterRequest',
  apiKey: 60,
  kind: 'request',
  versions: '0-2',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  fields: {
    includeClusterAuthorizedOperations: bool('0+'),
    endpointType: int8('1+', { default: 1, about: '1 brokers, 2 controllers.' }),
    includeFencedBrokers: bool('2+', { about: 'Fenced brokers are listed too, and marked.' }),
  },
})
export type DescribeClusterRequest = Infer<typeof DescribeClusterRequest>

export const DescribeClusterResponse = message({
  name: 'DescribeClusterResponse',
  apiKey: 60,
  kind: 'response',
  versions: '0-2',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+', default: null }),
    endpointType: int8('1+', { default: 1, about: '1 brokers, 2 controllers.' }),
    clusterId: string('0+'),
    controllerId: int32('0+', { default: -1, entityType: 'brokerId' }),
    brokers: array('0+', {
      brokerId: int32('0+', { mapKey: true, entityType: 'brokerId' }),
      host: string('0+'),
      port: int32('0+'),
      rack: string('0+', { nullable: '0+', default: null }),
      isFenced: bool('2+'),
    }),
    clusterAuthorizedOperations: int32('0+', {
      default: -2147483648,
      about: 'A bit for each operation that the caller may do; -2147483648 when not asked for.',
    }),
  },
})
export type DescribeClusterResponse = Infer<typeof DescribeClusterResponse>

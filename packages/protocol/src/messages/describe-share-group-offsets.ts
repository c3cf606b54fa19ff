import { array, int16, int32, int64, string, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const DescribeShareGroupOffsetsRequest = message({
  name: 'DescribeShareGroupOffsetsRequest',
  apiKey: 90,
  kind: 'request',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    groups: array('0+', {
      groupId: string('0+', { entityType: 'groupId' }),
      topics: array(
        '0+',
        {
          topicName: string('0+', { entityType: 'topicName' }),
          partitions: array('0+', 'int32'),
        },
        { nullable: '0+' },
      ),
    }),
  },
})
export type DescribeShareGroupOffsetsRequest = Infer<typeof DescribeShareGroupOffsetsRequest>

export const DescribeShareGroupOffsetsResponse = message({
  name: 'DescribeShareGroupOffsetsResponse',
  apiKey: 90,
  kind: 'response',
  versions: '0-1',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    groups: array('0+', {
      groupId: string('0+', { entityType: 'groupId' }),
      topics: array('0+', {
        topicName: string('0+', { entityType: 'topicName' }),
        topicId: uuid('0+'),
        partitions: array('0+', {
          partitionIndex: int32('0+'),
          startOffset: int64('0+', { about: 'The oldest record that is not yet done with; -1 when unknown.' }),
          leaderEpoch: int32('0+', { about: 'Grows with every election; -1 when unknown.' }),
          lag: int64('1+', { default: -1, ignorable: true, about: 'Records not yet consumed; -1 when unknown.' }),
          errorCode: int16('0+'),
          errorMessage: string('0+', { nullable: '0+', default: null }),
        }),
      }),
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+', default: null }),
    }),
  },
})
export type DescribeShareGroupOffsetsResponse = Infer<typeof DescribeShareGroupOffsetsResponse>

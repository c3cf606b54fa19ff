import { array, bool, int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const DescribeLogDirsRequest = message({
  name: 'DescribeLogDirsRequest',
  apiKey: 35,
  kind: 'request',
  versions: '1-5',
  flexible: '2+',
  listeners: ['broker'],
  fields: {
    topics: array(
      '0+',
      {
        topic: string('0+', { mapKey: true, entityType: 'topicName' }),
        partitions: array('0+', 'int32'),
      },
      { nullable: '0+' },
    ),
  },
})
export type DescribeLogDirsRequest = Infer<typeof DescribeLogDirsRequest>

export const DescribeLogDirsResponse = message({
  name: 'DescribeLogDirsResponse',
  apiKey: 35,
  kind: 'response',
  versions: '1-5',
  flexible: '2+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('3+', { ignorable: true }),
    results: array('0+', {
      errorCode: int16('0+'),
      logDir: string('0+'),
      topics: array('0+', {
        name: string('0+', { entityType: 'topicName' }),
        partitions: array('0+', {
          partitionIndex: int32('0+'),
          partitionSize: int64('0+'),
          offsetLag: int64('0+'),
          isFutureKey: bool('0+'),
        }),
      }),
      totalBytes: int64('4+', { default: -1, ignorable: true }),
      usableBytes: int64('4+', { default: -1, ignorable: true }),
      isCordoned: bool('5+', { default: false, ignorable: true }),
    }),
  },
})
export type DescribeLogDirsResponse = Infer<typeof DescribeLogDirsResponse>

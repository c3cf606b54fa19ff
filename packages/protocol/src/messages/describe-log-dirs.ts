import { array, bool, int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Versions: 3 an error of the whole; 4 the size of the volume; 5 cordoned directories (KIP-1066). */
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
      { nullable: '0+', about: 'Null for all.' },
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
          partitionSize: int64('0+', { about: 'In bytes.' }),
          offsetLag: int64('0+', {
            about: 'Of a present replica below the high watermark, of a moving one below its source.',
          }),
          isFutureKey: bool('0+', { about: 'The replica is being moved into this directory.' }),
        }),
      }),
      totalBytes: int64('4+', {
        default: -1,
        ignorable: true,
        about: 'Of the volume that holds the directory; -1 when unknown.',
      }),
      usableBytes: int64('4+', {
        default: -1,
        ignorable: true,
        about: 'Free on the volume that holds the directory; -1 when unknown.',
      }),
      isCordoned: bool('5+', { default: false, ignorable: true, about: 'The directory takes no new replicas.' }),
    }),
  },
})
export type DescribeLogDirsResponse = Infer<typeof DescribeLogDirsResponse>

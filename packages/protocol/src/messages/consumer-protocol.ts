import { array, bytes, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const ConsumerProtocolSubscription = message({
  name: 'ConsumerProtocolSubscription',
  kind: 'data',
  versions: '0-3',
  flexible: 'none',
  fields: {
    topics: array('0+', 'string'),
    userData: bytes('0+', { nullable: '0+', default: null }),
    ownedPartitions: array(
      '1+',
      {
        topic: string('1+', { mapKey: true, entityType: 'topicName' }),
        partitions: array('1+', 'int32'),
      },
      { ignorable: true },
    ),
    generationId: int32('2+', { default: -1, ignorable: true }),
    rackId: string('3+', { nullable: '3+', default: null, ignorable: true }),
  },
})
export type ConsumerProtocolSubscription = Infer<typeof ConsumerProtocolSubscription>

export const ConsumerProtocolAssignment = message({
  name: 'ConsumerProtocolAssignment',
  kind: 'data',
  versions: '0-3',
  flexible: 'none',
  fields: {
    assignedPartitions: array('0+', {
      topic: string('0+', { mapKey: true, entityType: 'topicName' }),
      partitions: array('0+', 'int32'),
    }),
    userData: bytes('0+', { nullable: '0+', default: null }),
  },
})
export type ConsumerProtocolAssignment = Infer<typeof ConsumerProtocolAssignment>

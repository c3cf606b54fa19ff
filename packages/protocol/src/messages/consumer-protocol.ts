import { array, bytes, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** What a consumer tells its group's leader. Versions: 1 owned partitions; 2 generation; 3 rack. */
export const ConsumerProtocolSubscription = message({
  name: 'ConsumerProtocolSubscription',
  kind: 'data',
  versions: '0-3',
  flexible: 'none',
  fields: {
    topics: array('0+', 'string'),
    userData: bytes('0+', { nullable: '0+', default: null, about: 'Of the assignor, opaque to everyone else.' }),
    ownedPartitions: array(
      '1+',
      {
        topic: string('1+', { mapKey: true, entityType: 'topicName' }),
        partitions: array('1+', 'int32'),
      },
      { ignorable: true, about: 'What the member holds and would give up only in the next round.' },
    ),
    generationId: int32('2+', {
      default: -1,
      ignorable: true,
      about: "Of the member's last assignment; -1 without one.",
    }),
    rackId: string('3+', {
      nullable: '3+',
      default: null,
      ignorable: true,
      about: 'Lets the broker answer from a replica nearby.',
    }),
  },
})
export type ConsumerProtocolSubscription = Infer<typeof ConsumerProtocolSubscription>

/** What the group's leader tells a consumer. */
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
    userData: bytes('0+', { nullable: '0+', default: null, about: 'Of the assignor, opaque to everyone else.' }),
  },
})
export type ConsumerProtocolAssignment = Infer<typeof ConsumerProtocolAssignment>

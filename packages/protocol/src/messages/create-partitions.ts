import { array, bool, int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const CreatePartitionsRequest = message({
  name: 'CreatePartitionsRequest',
  apiKey: 37,
  kind: 'request',
  versions: '0-3',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  fields: {
    topics: array('0+', {
      name: string('0+', { mapKey: true, entityType: 'topicName' }),
      count: int32('0+', { about: 'How many partitions the topic shall have in all.' }),
      assignments: array(
        '0+',
        {
          brokerIds: array('0+', 'int32', { entityType: 'brokerId' }),
        },
        { nullable: '0+', about: 'Null leaves it to the controller.' },
      ),
    }),
    timeoutMs: int32('0+', { about: 'How long the broker may take.' }),
    validateOnly: bool('0+', { about: 'Checks everything and changes nothing.' }),
  },
})
export type CreatePartitionsRequest = Infer<typeof CreatePartitionsRequest>

export const CreatePartitionsResponse = message({
  name: 'CreatePartitionsResponse',
  apiKey: 37,
  kind: 'response',
  versions: '0-3',
  flexible: '2+',
  fields: {
    throttleTimeMs: int32('0+'),
    results: array('0+', {
      name: string('0+', { entityType: 'topicName' }),
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+', default: null }),
    }),
  },
})
export type CreatePartitionsResponse = Infer<typeof CreatePartitionsResponse>

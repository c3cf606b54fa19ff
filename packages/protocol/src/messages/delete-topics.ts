import { array, int16, int32, string, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Versions: 4 flexible; 5 error messages; 6 topics by id. */
export const DeleteTopicsRequest = message({
  name: 'DeleteTopicsRequest',
  apiKey: 20,
  kind: 'request',
  versions: '1-6',
  flexible: '4+',
  listeners: ['broker', 'controller'],
  fields: {
    topics: array('6+', {
      name: string('6+', { nullable: '6+', default: null, entityType: 'topicName' }),
      topicId: uuid('6+'),
    }),
    topicNames: array('0-5', 'string', {
      ignorable: true,
      entityType: 'topicName',
      about: 'Version 6 says it with topics.',
    }),
    timeoutMs: int32('0+', { about: 'How long the broker may take.' }),
  },
})
export type DeleteTopicsRequest = Infer<typeof DeleteTopicsRequest>

export const DeleteTopicsResponse = message({
  name: 'DeleteTopicsResponse',
  apiKey: 20,
  kind: 'response',
  versions: '1-6',
  flexible: '4+',
  fields: {
    throttleTimeMs: int32('1+', { ignorable: true }),
    responses: array('0+', {
      name: string('0+', { nullable: '6+', mapKey: true, entityType: 'topicName' }),
      topicId: uuid('6+', { ignorable: true }),
      errorCode: int16('0+'),
      errorMessage: string('5+', { nullable: '5+', default: null, ignorable: true }),
    }),
  },
})
export type DeleteTopicsResponse = Infer<typeof DeleteTopicsResponse>

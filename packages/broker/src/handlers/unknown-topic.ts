import { topicNameProblem } from '@milena/metadata'
import { Errors } from '@milena/protocol/messages'
import type { KafkaError } from '@milena/protocol/messages'

/** Why a topic is not there: nobody made it, or nobody can. */
export function unknownTopicError(name: string): KafkaError {
  return topicNameProblem(name) === null ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION
}

import { KafkaError } from '@milena/client'

/** Names that Apache's exceptions do not share with their error codes. */
const irregular: Readonly<Record<string, string>> = {
  TOPIC_ALREADY_EXISTS: 'TopicExistsException',
  INVALID_TOPIC_EXCEPTION: 'InvalidTopicException',
  NON_EMPTY_GROUP: 'GroupNotEmptyException',
  REQUEST_TIMED_OUT: 'TimeoutException',
  TIMEOUT: 'TimeoutException',
  INVALID_CONFIG: 'InvalidConfigurationException',
  NETWORK_EXCEPTION: 'DisconnectException',
  COORDINATOR_LOAD_IN_PROGRESS: 'CoordinatorLoadInProgressException',
  UNKNOWN_SERVER_ERROR: 'UnknownServerException',
  MESSAGE_TOO_LARGE: 'RecordTooLargeException',
  CORRUPT_MESSAGE: 'CorruptRecordException',
}

/** The message of an error, in Apache's words where scripts look for them. */
export function messageOf(error: Error): string {
  if (!KafkaError.is(error, 'TIMEOUT') || !KafkaError.is(error.cause, 'NETWORK_EXCEPTION')) return error.message
  const call = /^(\w+) was not done/.exec(error.message)?.[1]
  return call === undefined ? error.message : `Timed out waiting for a node assignment. Call: ${call}`
}

/** The class of the exception that an error is in Java. */
export function exceptionClass(error: KafkaError): string {
  const regular = error.name.toLowerCase().replace(/(^|_)([a-z])/g, (_, _start, letter: string) => letter.toUpperCase())
  const simpleName = irregular[error.name] ?? `${regular.replace(/(Error|Exception)$/, '')}Exception`
  return `org.apache.kafka.common.errors.${simpleName}`
}

/** An error as Apache's tools print it: the class of the exception, a colon, the message. */
export function javaException(error: unknown): string {
  if (!(error instanceof KafkaError)) return error instanceof Error ? error.message : String(error)
  return `${exceptionClass(error)}: ${messageOf(error)}`
}

// DeleteTopics by name or id (ControllerApis.deleteTopics).
import { type DeleteTopicsRequest, type DeleteTopicsResponse, Errors, ZERO_UUID } from '@milena/protocol/messages'
import { type MetadataImage, topicById, topicByName, type TopicImage } from '../image/metadata-image.ts'
import { metadataRecord } from '../image/metadata-record.ts'
import { checkMutationQuota, orRefused } from './api-failure.ts'
import type { ControllerContext, ControllerResult } from './controller-result.ts'

type TopicResult = DeleteTopicsResponse['responses'][number]

interface Wanted {
  readonly name: string | null
  readonly topicId: string
}

/** Versions before this one do not know TOPIC_DELETION_DISABLED. */
const FIRST_VERSION_WITH_DELETION_DISABLED = 3

export function deleteTopics(
  image: MetadataImage,
  request: DeleteTopicsRequest,
  context: ControllerContext,
): ControllerResult<DeleteTopicsResponse> {
  const wanted = wantedTopics(request)
  if (!context.broker.get('delete.topic.enable')) {
    const error =
      context.apiVersion < FIRST_VERSION_WITH_DELETION_DISABLED
        ? Errors.INVALID_REQUEST
        : Errors.TOPIC_DELETION_DISABLED
    const responses = wanted.map((topic) => refused(topic, error.code, error.message))
    return { records: [], response: { throttleTimeMs: 0, responses } }
  }
  const { responses, doomed } = decide(image, wanted, context)
  const records = doomed.map(({ topicId }) => metadataRecord('RemoveTopicRecord', { topicId }))
  return { records, response: { throttleTimeMs: 0, responses } }
}

function wantedTopics(request: DeleteTopicsRequest): Wanted[] {
  const named = request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }))
  return [...named, ...request.topics.map(({ name, topicId }) => ({ name, topicId }))]
}

function refused({ name, topicId }: Wanted, errorCode: number, errorMessage: string): TopicResult {
  return { name, topicId, errorCode, errorMessage }
}

/** Whatever is ambiguous is refused and nothing of it deleted: a topic named twice, by either of its names. */
function decide(
  image: MetadataImage,
  wanted: readonly Wanted[],
  context: ControllerContext,
): { responses: TopicResult[]; doomed: TopicImage[] } {
  const responses = new Map<string, TopicResult>()
  const doomed: TopicImage[] = []
  const invalid = (topic: Wanted, message: string) => refused(topic, Errors.INVALID_REQUEST.code, message)
  const times = countBy(wanted, (topic) => `${topic.name}/${topic.topicId}`)
  const names = new Set(wanted.filter(({ topicId }) => topicId === ZERO_UUID).map(({ name }) => name))
  const ids = new Set(wanted.filter(({ name }) => name === null).map(({ topicId }) => topicId))
  for (const topic of wanted) {
    const { name, topicId } = topic
    const key = `${name}/${topicId}`
    if (responses.has(key)) continue
    const byName = name !== null && topicId === ZERO_UUID
    const found = byName ? topicByName(image, name) : topicById(image, topicId)
    if (name === null && topicId === ZERO_UUID) {
      responses.set(key, invalid(topic, 'Neither topic name nor id were specified.'))
    } else if (name !== null && !byName) {
      responses.set(key, invalid(topic, 'You may not specify both topic name and topic id.'))
    } else if (times.get(key)! > 1) {
      responses.set(key, invalid(topic, byName ? 'Duplicate topic name.' : 'Duplicate topic id.'))
    } else if (found === undefined) {
      const error = byName ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.UNKNOWN_TOPIC_ID
      responses.set(key, refused(topic, error.code, error.message))
    } else if (byName && ids.has(found.topicId)) {
      const message = 'The provided topic name maps to an ID that was already supplied.'
      responses.set(key, invalid({ name, topicId: found.topicId }, message))
    } else if (!byName && names.has(found.name)) {
      // The answer is given where the name stands.
    } else {
      responses.set(key, deletion(found, context))
      if (responses.get(key)?.errorCode === Errors.NONE.code) doomed.push(found)
    }
  }
  return { responses: [...responses.values()], doomed }
}

function deletion({ name, topicId, partitions }: TopicImage, context: ControllerContext): TopicResult {
  return orRefused<TopicResult>(
    () => {
      checkMutationQuota(partitions.length, context)
      return { name, topicId, errorCode: Errors.NONE.code, errorMessage: null }
    },
    ({ errorCode, errorMessage }) => ({ name, topicId, errorCode, errorMessage }),
  )
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1)
  return counts
}

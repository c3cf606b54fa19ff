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

/**
 * Whatever is ambiguous is refused and nothing of it deleted: a topic named twice, by either of its names. What is no
 * name at all, or two, is refused as often as it is there.
 */
function decide(
  image: MetadataImage,
  wanted: readonly Wanted[],
  context: ControllerContext,
): { responses: TopicResult[]; doomed: TopicImage[] } {
  const responses: TopicResult[] = []
  const doomed: TopicImage[] = []
  const invalid = ({ name, topicId }: Wanted, message: string) =>
    void responses.push(refused({ name, topicId }, Errors.INVALID_REQUEST.code, message))
  const names = countBy(wanted.flatMap(({ name, topicId }) => (name !== null && topicId === ZERO_UUID ? [name] : [])))
  const ids = countBy(wanted.flatMap(({ name, topicId }) => (name === null && topicId !== ZERO_UUID ? [topicId] : [])))
  const refusedTwins = new Set<string>()
  for (const topic of wanted) {
    const { name, topicId } = topic
    const byName = topicId === ZERO_UUID
    const found = byName ? topicByName(image, name ?? '') : topicById(image, topicId)
    const error = byName ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.UNKNOWN_TOPIC_ID
    if (name === null && byName) invalid(topic, 'Neither topic name nor id were specified.')
    else if (name !== null && !byName) invalid(topic, 'You may not specify both topic name and topic id.')
    else if ((byName ? names.get(name!) : ids.get(topicId))! > 1) {
      if (refusedTwins.has(name ?? topicId)) continue
      refusedTwins.add(name ?? topicId)
      invalid(topic, byName ? 'Duplicate topic name.' : 'Duplicate topic id.')
    } else if (found === undefined) {
      responses.push(refused(topic, error.code, error.message))
    } else if (byName && ids.has(found.topicId)) {
      const message = 'The provided topic name maps to an ID that was already supplied.'
      invalid({ name, topicId: found.topicId }, message)
    } else if (!byName && names.get(found.name) === 1) {
      // The answer is given where the name stands.
    } else {
      const result = deletion(found, context)
      responses.push(result)
      if (result.errorCode === Errors.NONE.code) doomed.push(found)
    }
  }
  return { responses, doomed }
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

function countBy(items: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}

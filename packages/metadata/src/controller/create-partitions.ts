// CreatePartitions (ReplicationControlManager.createPartitions).
import { type CreatePartitionsRequest, type CreatePartitionsResponse, Errors } from '@milena/protocol/messages'
import type { MetadataImage, TopicImage } from '../image/metadata-image.ts'
import type { MetadataRecord } from '../image/metadata-record.ts'
import { ApiFailure, checkMutationQuota, orRefused } from './api-failure.ts'
import { type ControllerContext, type ControllerResult, MAX_RECORDS_PER_REQUEST } from './controller-result.ts'
import { checkManualAssignment, newPartitionRecord, placeReplicas } from './replica-placement.ts'

type TopicIncrease = CreatePartitionsRequest['topics'][number]
type TopicResult = CreatePartitionsResponse['results'][number]

interface Decision {
  readonly records: readonly MetadataRecord[]
  readonly result: TopicResult
}

export function createPartitions(
  image: MetadataImage,
  request: CreatePartitionsRequest,
  context: ControllerContext,
): ControllerResult<CreatePartitionsResponse> {
  const seen = new Set<string>()
  const duplicates = new Set<string>()
  for (const { name } of request.topics) (seen.has(name) ? duplicates : seen).add(name)
  const decisions: Decision[] = [...duplicates].map((name) => ({
    records: [],
    result: { name, errorCode: Errors.INVALID_REQUEST.code, errorMessage: 'Duplicate topic name.' },
  }))
  let room = MAX_RECORDS_PER_REQUEST
  for (const topic of request.topics) {
    if (duplicates.has(topic.name)) continue
    const decision = orRefused<Decision>(
      () => increase(image, topic, { room, context }),
      ({ errorCode, errorMessage }) => ({ records: [], result: { name: topic.name, errorCode, errorMessage } }),
    )
    room -= decision.records.length
    decisions.push(decision)
  }
  return {
    records: request.validateOnly ? [] : decisions.flatMap((decision) => decision.records),
    response: { throttleTimeMs: 0, results: decisions.map((decision) => decision.result) },
  }
}

interface Bounds {
  /** Records that the request may still cause. */
  readonly room: number
  readonly context: ControllerContext
}

function increase(image: MetadataImage, wanted: TopicIncrease, { room, context }: Bounds): Decision {
  const topic = image.topics.get(wanted.name)
  if (topic === undefined) throw new ApiFailure(Errors.UNKNOWN_TOPIC_OR_PARTITION.code, null)
  const present = topic.partitions.length
  const invalid = (message: string) => new ApiFailure(Errors.INVALID_PARTITIONS.code, message)
  if (wanted.count === present) throw invalid(`Topic already has ${present} partition(s).`)
  if (wanted.count < present) {
    throw invalid(
      `The topic ${wanted.name} currently has ${present} partition(s); ${wanted.count} would not be an increase.`,
    )
  }
  // Before anything is placed: the count comes from the network. The error is Kafka's, which has no better one here.
  if (wanted.count - present > room) {
    throw new ApiFailure(Errors.UNKNOWN_SERVER_ERROR.code, null)
  }
  const assignments = newAssignments(image, topic, wanted)
  checkMutationQuota(assignments.length, context)
  const records = assignments.map((replicas, index) =>
    newPartitionRecord(image, { topicId: topic.topicId, partitionId: present + index, replicas }),
  )
  return { records, result: { name: wanted.name, errorCode: Errors.NONE.code, errorMessage: null } }
}

function newAssignments(image: MetadataImage, topic: TopicImage, wanted: TopicIncrease): (readonly number[])[] {
  const present = topic.partitions.length
  const count = wanted.count - present
  const replicationFactor = topic.partitions[0]!.replicas.length
  if (wanted.assignments === null) {
    return placeReplicas(image, { startPartition: present, count, replicationFactor })
  }
  if (wanted.assignments.length !== count) {
    throw new ApiFailure(
      Errors.INVALID_REPLICA_ASSIGNMENT.code,
      `Attempted to add ${count} additional partition(s), but only ${wanted.assignments.length} assignment(s) were specified.`,
    )
  }
  return wanted.assignments.map(({ brokerIds }) => {
    checkManualAssignment(image, brokerIds, replicationFactor)
    return brokerIds
  })
}

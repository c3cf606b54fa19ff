// AlterPartitionReassignments and ListPartitionReassignments (ReplicationControlManager, PartitionReassignmentReplicas).
// A reassignment is complete at once when everybody it asks for is in sync, which on one node is always so.
import {
  type AlterPartitionReassignmentsRequest,
  type AlterPartitionReassignmentsResponse,
  Errors,
  type ListPartitionReassignmentsRequest,
  type ListPartitionReassignmentsResponse,
} from '@milena/protocol/messages'
import type { MetadataImage, PartitionImage } from '../image/metadata-image.ts'
import type { MetadataRecord } from '../image/metadata-record.ts'
import { ApiFailure, orRefused } from './api-failure.ts'
import type { ControllerResult } from './controller-result.ts'
import { partitionChange, type PartitionChanges } from './partition-change.ts'
import { checkManualAssignment } from './replica-placement.ts'

type WantedTopic = AlterPartitionReassignmentsRequest['topics'][number]
type WantedPartition = WantedTopic['partitions'][number]
type PartitionResult = AlterPartitionReassignmentsResponse['responses'][number]['partitions'][number]

export function alterPartitionReassignments(
  image: MetadataImage,
  { topics, allowReplicationFactorChange }: AlterPartitionReassignmentsRequest,
): ControllerResult<AlterPartitionReassignmentsResponse> {
  const records: MetadataRecord[] = []
  const responses = topics.map((topic) => ({
    name: topic.name,
    partitions: topic.partitions.map((wanted) =>
      orRefused<PartitionResult>(
        () => {
          records.push(...reassignment({ image, name: topic.name, wanted, allowReplicationFactorChange }))
          return { partitionIndex: wanted.partitionIndex, errorCode: Errors.NONE.code, errorMessage: null }
        },
        (failure) => ({ partitionIndex: wanted.partitionIndex, ...failureOf(failure) }),
      ),
    ),
  }))
  const errorMessage = null
  const errorCode = Errors.NONE.code
  return { records, response: { throttleTimeMs: 0, allowReplicationFactorChange, errorCode, errorMessage, responses } }
}

function failureOf({ errorCode, errorMessage }: ApiFailure): { errorCode: number; errorMessage: string | null } {
  return { errorCode, errorMessage }
}

interface Reassignment {
  readonly image: MetadataImage
  readonly name: string
  readonly wanted: WantedPartition
  readonly allowReplicationFactorChange: boolean
}

function reassignment({ image, name, wanted, allowReplicationFactorChange }: Reassignment): readonly MetadataRecord[] {
  const unknown = (message: string) => new ApiFailure(Errors.UNKNOWN_TOPIC_OR_PARTITION.code, message)
  const topic = image.topics.get(name)
  if (topic === undefined) throw unknown(`Unable to find a topic named ${name}.`)
  const { partitionIndex: partitionId, replicas: target } = wanted
  const partition = topic.partitions[partitionId]
  if (partition === undefined) throw unknown(`Unable to find partition ${name}:${partitionId}.`)
  if (target !== null) checkTarget(image, partition, { target, allowReplicationFactorChange })
  const changes = target === null ? cancelled(partition) : reassigned(partition, target)
  return isSame(partition, changes) ? [] : [partitionChange({ topicId: topic.topicId, partitionId, ...changes })]
}

function checkTarget(
  image: MetadataImage,
  partition: PartitionImage,
  wanted: { readonly target: readonly number[]; readonly allowReplicationFactorChange: boolean },
): void {
  const { target, allowReplicationFactorChange } = wanted
  checkManualAssignment(image, target, undefined)
  if (allowReplicationFactorChange) return
  const present = partition.replicas.filter((id) => !partition.addingReplicas.includes(id)).length
  if (present === target.length) return
  const message = `The replication factor is changed from ${present} to ${target.length}`
  throw new ApiFailure(Errors.INVALID_REPLICATION_FACTOR.code, message)
}

/** What was there before the reassignment that is under way, if one is. */
function cancelled(partition: PartitionImage): PartitionChanges {
  if (!isUnderWay(partition)) throw new ApiFailure(Errors.NO_REASSIGNMENT_IN_PROGRESS.code, null)
  const { replicas, addingReplicas, isr } = partition
  const stays = (id: number) => !addingReplicas.includes(id)
  return withLeader(partition, {
    replicas: replicas.filter(stays),
    isr: isr.filter(stays),
    addingReplicas: [],
    removingReplicas: [],
  })
}

function reassigned(partition: PartitionImage, target: readonly number[]): PartitionChanges {
  const before = partition.replicas.filter((id) => !partition.addingReplicas.includes(id))
  const removingReplicas = before.filter((id) => !target.includes(id))
  const addingReplicas = target.filter((id) => !before.includes(id))
  if (!target.every((id) => partition.isr.includes(id))) {
    return { replicas: [...target, ...removingReplicas], addingReplicas, removingReplicas }
  }
  const isr = partition.isr.filter((id) => target.includes(id))
  return withLeader(partition, { replicas: target, isr, addingReplicas: [], removingReplicas: [] })
}

/** A leader that is no replica any more hands over to the first that is in sync. */
function withLeader(
  { leader }: PartitionImage,
  changes: PartitionChanges & { isr: readonly number[] },
): PartitionChanges {
  if (leader < 0 || changes.isr.includes(leader)) return changes
  const next = changes.replicas?.find((id) => changes.isr.includes(id))
  return next === undefined ? changes : { ...changes, leader: next }
}

function isSame(partition: PartitionImage, changes: PartitionChanges): boolean {
  return Object.entries(changes).every(
    ([name, value]) => JSON.stringify(value) === JSON.stringify(partition[name as keyof PartitionImage]),
  )
}

function isUnderWay({ addingReplicas, removingReplicas }: PartitionImage): boolean {
  return addingReplicas.length + removingReplicas.length > 0
}

/** The reassignments that are under way; a topic or partition that is not there has none. */
export function listPartitionReassignments(
  image: MetadataImage,
  { topics }: ListPartitionReassignmentsRequest,
): ListPartitionReassignmentsResponse {
  const asked =
    topics?.map(({ name, partitionIndexes }) => ({ name, wanted: new Set(partitionIndexes) })) ??
    [...image.topics.keys()].map((name) => ({ name, wanted: undefined }))
  const listed = asked.map(({ name, wanted }) => ({
    name,
    partitions: (image.topics.get(name)?.partitions ?? [])
      .filter((each) => isUnderWay(each) && (wanted === undefined || wanted.has(each.partition)))
      .map(({ partition: partitionIndex, ...rest }) => ({ ...rest, partitionIndex })),
  }))
  return {
    throttleTimeMs: 0,
    errorCode: Errors.NONE.code,
    errorMessage: null,
    topics: listed
      .filter(({ partitions }) => partitions.length > 0)
      .map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, replicas, addingReplicas, removingReplicas }) => ({
          partitionIndex,
          replicas,
          addingReplicas,
          removingReplicas,
        })),
      })),
  }
}

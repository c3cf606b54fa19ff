import { Errors } from '@milena/protocol/messages'
import type { MetadataImage } from '../image/metadata-image.ts'
import { metadataRecord, type MetadataRecord } from '../image/metadata-record.ts'
import { ApiFailure } from './api-failure.ts'
import { hasUncordonedLogDirs } from './cordon-log-dirs.ts'

/** Replicas for new partitions, each beginning one broker further than the last, so that leaders spread evenly. */
export function placeReplicas(
  image: MetadataImage,
  { startPartition, count, replicationFactor }: { startPartition: number; count: number; replicationFactor: number },
): number[][] {
  const refused = (message: string) => new ApiFailure(Errors.INVALID_REPLICATION_FACTOR.code, message)
  const usable = [...image.brokers.values()].filter(hasUncordonedLogDirs)
  if (usable.every(({ fenced }) => fenced)) {
    throw refused('All brokers are currently fenced, or have all their log directories cordoned.')
  }
  if (replicationFactor > usable.length) {
    throw refused(
      `The target replication factor of ${replicationFactor} cannot be reached because only ${usable.length} broker(s) are registered or some brokers have all their log directories cordoned.`,
    )
  }
  const brokers = usable.map(({ brokerId }) => brokerId).toSorted((a, b) => a - b)
  return Array.from({ length: count }, (_, index) =>
    Array.from({ length: replicationFactor }, (_unused, replica) => {
      const position = (startPartition + index + replica) % brokers.length
      return brokers[position]!
    }),
  )
}

/** Checks one partition's replicas as a user assigned them; `replicationFactor` is that of the others, if there are any. */
export function checkManualAssignment(
  image: MetadataImage,
  replicas: readonly number[],
  replicationFactor: number | undefined,
): void {
  const refused = (message: string) => new ApiFailure(Errors.INVALID_REPLICA_ASSIGNMENT.code, message)
  if (replicas.length === 0) throw refused('The manual partition assignment includes an empty replica list.')
  let previous: number | undefined
  for (const brokerId of replicas.toSorted((a, b) => a - b)) {
    if (!image.brokers.has(brokerId)) {
      throw refused(`The manual partition assignment includes broker ${brokerId}, but no such broker is registered.`)
    }
    if (brokerId === previous) {
      throw refused(`The manual partition assignment includes the broker ${brokerId} more than once.`)
    }
    previous = brokerId
  }
  if (replicationFactor !== undefined && replicas.length !== replicationFactor) {
    throw refused(
      `The manual partition assignment includes a partition with ${replicas.length} replica(s), but this is not consistent with previous partitions, which have ${replicationFactor} replica(s).`,
    )
  }
}

/** The record that creates a partition: in sync is who is not fenced, and the first of these leads. */
export function newPartitionRecord(
  image: MetadataImage,
  partition: { topicId: string; partitionId: number; replicas: readonly number[] },
): MetadataRecord {
  const { topicId, partitionId, replicas } = partition
  const isr = replicas.filter((id) => image.brokers.get(id)?.fenced === false)
  if (isr.length === 0) {
    throw new ApiFailure(
      Errors.INVALID_REPLICA_ASSIGNMENT.code,
      `All brokers specified in the manual partition assignment for partition ${partitionId} are fenced or in controlled shutdown.`,
    )
  }
  return metadataRecord('PartitionRecord', {
    partitionId,
    topicId,
    replicas,
    isr,
    removingReplicas: [],
    addingReplicas: [],
    leader: isr[0]!,
    leaderRecoveryState: 0,
    leaderEpoch: 0,
    partitionEpoch: 0,
    directories: replicas.map((id) => logDirOf(image, id)),
    eligibleLeaderReplicas: null,
    lastKnownElr: null,
  })
}

/** Kafka's DirectoryId.UNASSIGNED: the broker will choose the folder. */
const UNASSIGNED_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAA'

function logDirOf(image: MetadataImage, brokerId: number): string {
  const dirs = image.brokers.get(brokerId)?.logDirs ?? []
  // With several folders the broker's own choice, by how full they are, is the better one.
  return dirs.length === 1 ? dirs[0]! : UNASSIGNED_DIRECTORY
}

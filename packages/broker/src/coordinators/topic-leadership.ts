/**
 * What every coordinator on this broker has in common: its state lies in an internal topic, and it coordinates what
 * belongs to the partitions of that topic that this broker leads.
 */
import type { CoordinatorLoader, PartitionWriter } from '@milena/coordinator'
import type { MetadataDelta, MetadataImage } from '@milena/metadata'
import type { CompressionType } from '@milena/records'
import type { Clock } from '@milena/runtime'
import type { TopicPartition } from '@milena/storage'
import type { LeadershipListener, ReplicaManager } from '../replica/replica-manager.ts'
import type { LogCoordinatorLoaderOptions } from './log-coordinator-loader.ts'
import { LogCoordinatorLoader } from './log-coordinator-loader.ts'
import { LogPartitionWriter } from './log-partition-writer.ts'

/** As much of the metadata as a coordinator follows. */
export interface FollowedMetadata {
  readonly image: MetadataImage
  onChange(listener: (delta: MetadataDelta) => void): () => void
}

export interface InternalTopicLogOptions {
  readonly topic: string
  readonly replicas: ReplicaManager
  readonly clock: Clock
  readonly compression: CompressionType
  /** How much is read at a time when a partition is loaded. */
  readonly bufferBytes: number
}

/** How a coordinator reads and writes its topic. */
export function internalTopicLog({ topic, replicas, clock, compression, bufferBytes }: InternalTopicLogOptions): {
  readonly writer: PartitionWriter
  readonly loader: CoordinatorLoader
} {
  const whenCommitted: LogCoordinatorLoaderOptions['whenCommitted'] = (partition, appended) =>
    replicas.whenCommitted(partition, appended)
  const place = { topic, partitions: replicas, clock, whenCommitted }
  return {
    writer: new LogPartitionWriter({ ...place, compression }),
    loader: new LogCoordinatorLoader({ ...place, bufferBytes }),
  }
}

/** A coordinator as its leadership sees it. */
export interface ElectedService {
  startup(partitionCount: number): void
  /** Whoever waits is told to look for another coordinator. */
  shutdown(): void
  /** What goes wrong while loading is in the log, and the partition answers NOT_COORDINATOR. */
  onElection(partition: number, leaderEpoch: number): Promise<void>
  onResignation(partition: number, leaderEpoch?: number): void
}

export interface TopicLeadershipOptions {
  readonly topic: string
  /** How many partitions the topic will have when it is made. */
  readonly partitionCount: number
  readonly service: ElectedService
  readonly metadata: FollowedMetadata
  readonly replicas: ReplicaManager
  /** Called for every change of the metadata while the coordinator runs. */
  readonly onMetadata?: (delta: MetadataDelta) => void
}

/** Tells a coordinator which partitions of its topic are its own, from start to end. */
export class TopicLeadership implements LeadershipListener {
  readonly #options: TopicLeadershipOptions
  readonly #stopFollowing: (() => void)[] = []

  constructor(options: TopicLeadershipOptions) {
    this.#options = options
  }

  /** Takes up the partitions that this broker leads now, and follows what comes. */
  start(): void {
    const { topic, partitionCount, service, metadata, replicas, onMetadata } = this.#options
    service.startup(metadata.image.topics.get(topic)?.partitions.length ?? partitionCount)
    this.#stopFollowing.push(replicas.listen(this))
    if (onMetadata !== undefined) this.#stopFollowing.push(metadata.onChange(onMetadata))
    for (const { topicPartition, isLeader, leaderEpoch } of replicas.partitions()) {
      if (isLeader) this.onElected(topicPartition, leaderEpoch)
    }
  }

  onElected({ topic, partition }: TopicPartition, leaderEpoch: number): void {
    if (topic === this.#options.topic) void this.#options.service.onElection(partition, leaderEpoch)
  }

  onResigned({ topic, partition }: TopicPartition, leaderEpoch: number | undefined): void {
    if (topic === this.#options.topic) this.#options.service.onResignation(partition, leaderEpoch)
  }

  close(): void {
    for (const stop of this.#stopFollowing.splice(0)) stop()
    this.#options.service.shutdown()
  }
}

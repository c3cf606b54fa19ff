/**
 * The share partitions of this broker, one for each group that reads a partition which this broker leads, and the share
 * sessions of their members (Kafka's SharePartitionManager).
 */
import type { BrokerConfig, MetadataImage } from '@milena/metadata'
import { Errors } from '@milena/protocol/messages'
import type { KafkaError } from '@milena/protocol/messages'
import type { Clock, Logger } from '@milena/runtime'
import type { TopicPartition } from '@milena/storage'
import type { LeadershipListener, ReplicaManager } from '../replica/replica-manager.ts'
import type { RequestConnection } from '../request/handler.ts'
import type { AcknowledgementBatch, Refusal } from './partition/share-partition-types.ts'
import { shareGroupConfigOf } from './share-group-config.ts'
import type { ShareGroupConfig } from './share-group-config.ts'
import { SharePartition } from './share-partition.ts'
import { ShareSessionCache } from './share-session-cache.ts'
import type { SharePartitionName, ShareSession, ShareSessionKey } from './share-session.ts'
import type { SharePlace, ShareStatePort } from './share-state-port.ts'

export interface SharePartitionManagerOptions {
  readonly config: BrokerConfig
  readonly metadata: { readonly image: MetadataImage }
  readonly replicas: ReplicaManager
  readonly state: ShareStatePort
  readonly clock: Clock
  readonly logger: Logger
}

/** What a member says of one partition. */
export interface PartitionAcknowledgement extends SharePartitionName {
  readonly batches: readonly AcknowledgementBatch[]
}

export class SharePartitionManager implements LeadershipListener {
  readonly sessions: ShareSessionCache
  readonly #options: SharePartitionManagerOptions
  /** By group, then by topic id and partition. */
  readonly #groups = new Map<string, Map<string, SharePartition>>()
  /** How to stop listening to a connection over which a session was opened. */
  readonly #connections = new WeakMap<object, () => void>()
  #stopFollowing: (() => void) | undefined

  constructor(options: SharePartitionManagerOptions) {
    this.#options = options
    this.sessions = new ShareSessionCache(options.config.get('group.share.max.share.sessions'))
  }

  start(): void {
    this.#stopFollowing = this.#options.replicas.listen(this)
  }

  close(): void {
    this.#stopFollowing?.()
    for (const group of this.#groups.keys()) this.#dropGroup(group)
  }

  /** How many share partitions there are, for inspection. */
  get size(): number {
    let size = 0
    for (const partitions of this.#groups.values()) size += partitions.size
    return size
  }

  configOf(groupId: string): ShareGroupConfig {
    return shareGroupConfigOf(this.#options.metadata.image, groupId, this.#options.config)
  }

  get(place: SharePlace): SharePartition | undefined {
    return this.#groups.get(place.groupId)?.get(nameOf(place))
  }

  /** The share partition, or why this broker cannot serve it. */
  getOrCreate(place: SharePlace, topic: string): SharePartition | KafkaError {
    const known = this.get(place)
    if (known !== undefined) return known
    const { replicas, state, clock, logger } = this.#options
    const partition = replicas.partition(topic, place.partition)
    if (partition === undefined || partition.topicId !== place.topicId) return Errors.UNKNOWN_TOPIC_OR_PARTITION
    const error = partition.leadershipError()
    if (error !== undefined) return error
    const { groupId } = place
    const created = new SharePartition({
      place,
      partition,
      state,
      clock,
      logger,
      config: () => this.configOf(groupId),
      onFenced: (fenced) => this.#drop(fenced),
    })
    const partitions = this.#groups.get(groupId) ?? new Map<string, SharePartition>()
    this.#groups.set(groupId, partitions.set(nameOf(place), created))
    // What could not be loaded is tried anew by the next one who asks.
    created.loaded.catch(() => this.#drop(created))
    return created
  }

  /**
   * Opens a session in place of any that the member had; undefined when there are too many. When the connection is
   * closed the last session that was opened over it ends, unless it has ended before, and a group of which no session is
   * left is read for no longer.
   */
  openSession(key: ShareSessionKey, connection: Pick<RequestConnection, 'onClose'>): ShareSession | undefined {
    const session = this.sessions.create(key)
    if (session === undefined) return undefined
    this.#connections.get(connection)?.()
    const onClose = async (): Promise<void> => {
      if (this.sessions.get(key) === session) await this.closeSession(key)
      // What is not written down is not worth to be kept.
      if (!this.sessions.hasGroup(key.groupId)) this.#dropGroup(key.groupId)
    }
    this.#connections.set(
      connection,
      connection.onClose(() => void onClose()),
    )
    return session
  }

  /** Drops a session that came to nothing; what its member has acquired before stays with it. */
  forgetSession(key: ShareSessionKey): void {
    this.sessions.remove(key)
  }

  /** Ends a session: what its member has acquired goes back. Resolves when that is written down. */
  async closeSession(key: ShareSessionKey): Promise<void> {
    const session = this.sessions.remove(key)
    if (session === undefined) return
    const { groupId, memberId } = key
    const released = session
      .partitions()
      .flatMap(({ topicId, partition }) => this.get({ groupId, topicId, partition })?.release(memberId) ?? [])
    await Promise.all(released)
  }

  /** Resolves with the refusals, in the order of what was acknowledged; undefined for what was taken. */
  acknowledge(
    { groupId, memberId }: ShareSessionKey,
    acknowledgements: readonly PartitionAcknowledgement[],
  ): Promise<(Refusal | undefined)[]> {
    return Promise.all(
      acknowledgements.map(({ topicId, partition, batches }) => {
        const sharePartition = this.get({ groupId, topicId, partition })
        if (sharePartition?.isActive === true) return sharePartition.acknowledge(memberId, batches)
        const error = Errors.UNKNOWN_TOPIC_OR_PARTITION
        return Promise.resolve({ error, message: error.message })
      }),
    )
  }

  onElected(topicPartition: TopicPartition): void {
    this.#dropPartition(topicPartition)
  }

  onResigned(topicPartition: TopicPartition): void {
    this.#dropPartition(topicPartition)
  }

  /** Every group's, whatever the topic's id: who reads it next looks at the metadata anew. */
  #dropPartition({ topic, partition }: TopicPartition): void {
    const { topics, topicNamesById } = this.#options.metadata.image
    for (const partitions of this.#groups.values()) {
      for (const sharePartition of partitions.values()) {
        const { place } = sharePartition
        const name = topicNamesById.get(place.topicId)
        const isGone = name === undefined || !topics.has(name)
        if (isGone || (name === topic && place.partition === partition)) this.#drop(sharePartition)
      }
    }
  }

  #dropGroup(groupId: string): void {
    for (const sharePartition of this.#groups.get(groupId)?.values() ?? []) this.#drop(sharePartition)
  }

  #drop(sharePartition: SharePartition): void {
    const { place } = sharePartition
    if (this.get(place) !== sharePartition) return
    const partitions = this.#groups.get(place.groupId)
    partitions?.delete(nameOf(place))
    if (partitions?.size === 0) this.#groups.delete(place.groupId)
    sharePartition.fence()
  }
}

function nameOf({ topicId, partition }: SharePartitionName): string {
  return `${topicId}${partition}`
}

import type { Timer } from '@milena/runtime'
import { apis } from '../apis.ts'
import type { TopicPartition } from '../cluster/cluster-metadata.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { sleep } from '../deadline.ts'
import { KafkaError } from '../kafka-error.ts'
import type { ResponseBody } from '../net/api.ts'
import type { PartitionAssignor } from './assignors.ts'
import type { CommitIdentity } from './offset-committer.ts'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts'

export interface MembershipOptions {
  readonly client: KafkaClient
  readonly groupId: string
  readonly groupInstanceId: string | null
  readonly rackId: string | null
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  /** How long the group waits for this member to come back in a rebalance; also how long it may go without polling. */
  readonly maxPollIntervalMs: number
  readonly assignors: readonly PartitionAssignor[]
  /** What to ask for, at the moment of joining. */
  readonly subscribedTopics: () => readonly string[]
  readonly ownedPartitions: () => readonly TopicPartition[]
  /** How many partitions these topics have; asked by the group's leader. Unknown topics are left out. */
  readonly partitionCounts: (topics: readonly string[]) => Promise<ReadonlyMap<string, number>>
  /** Something changed that the next poll must deal with. */
  readonly onChange: () => void
}

type Joined = ResponseBody<typeof apis.joinGroup.response>

/**
 * Membership in a classic group: join, sync, heartbeats, leave. What it means for partitions is the consumer's affair:
 * it sees `needsJoin`, prepares, calls `join`, and takes over the assignment.
 */
export class GroupMembership {
  readonly #options: MembershipOptions
  readonly #client: KafkaClient
  #memberId = ''
  #generationId = -1
  /** The generation last held, which vouches for the partitions that are said to be owned. */
  #lastGenerationId = -1
  #leadsTopics: ReadonlyMap<string, number> | undefined
  #needsJoin = true
  #lost = false
  #failure: KafkaError | undefined
  #heartbeatTimer: Timer | undefined
  #lastPollMs: number
  readonly #abort = new AbortController()

  constructor(options: MembershipOptions) {
    this.#options = options
    this.#client = options.client
    this.#lastPollMs = this.#nowMs
  }

  get needsJoin(): boolean {
    return this.#needsJoin
  }

  /** Whether members keep their partitions while the group rebalances: only if every assignor allows it. */
  get cooperative(): boolean {
    return this.#options.assignors.every(({ cooperative }) => cooperative)
  }

  get identity(): CommitIdentity {
    const { groupId, groupInstanceId } = this.#options
    return { groupId, groupInstanceId, memberId: this.#memberId, generationId: this.#generationId }
  }

  /** The topics, with their partition counts, that this member divided as the group's leader. */
  get leadsTopics(): ReadonlyMap<string, number> | undefined {
    return this.#leadsTopics
  }

  /** Once after the group has gone on without this member: what it held belongs to others by now. */
  takeLost(): boolean {
    const lost = this.#lost
    this.#lost = false
    return lost
  }

  /** The caller polls, so it is alive. Throws what made membership impossible. */
  onPoll(): void {
    this.#lastPollMs = this.#nowMs
    if (this.#failure !== undefined) {
      const failure = this.#failure
      this.#failure = undefined
      throw failure
    }
  }

  requestRejoin(): void {
    this.#needsJoin = true
    this.#options.onChange()
  }

  /** Joins, and resolves with the partitions that fall to this member. */
  async join(): Promise<readonly TopicPartition[]> {
    this.#heartbeatTimer?.cancel()
    this.#needsJoin = false
    for (let attempts = 0; ; attempts++) {
      try {
        const joined = await this.#joinGroup()
        const partitions = await this.#syncGroup(joined)
        this.#lastGenerationId = this.#generationId
        this.#scheduleHeartbeat(this.#options.heartbeatIntervalMs)
        return partitions
      } catch (error) {
        if (!(error instanceof KafkaError) || !this.#recover(error)) {
          this.#needsJoin = true
          throw error
        }
        if (error.name !== 'MEMBER_ID_REQUIRED') {
          await sleep(this.#client.clock, this.#client.retryBackoff.delayMs(attempts), this.#abort.signal)
        }
      }
    }
  }

  /** Stops heartbeats and, unless static, tells the group, so that it need not wait for the session to end. */
  async leave(reason: string): Promise<void> {
    this.#heartbeatTimer?.cancel()
    const { memberId } = this.#forgetMember()
    this.#needsJoin = true
    const { groupId, groupInstanceId } = this.#options
    if (memberId === '' || groupInstanceId !== null) return
    await this.#client.request(
      apis.leaveGroup,
      (version) => (version < 3 ? { groupId, memberId } : { groupId, members: [{ memberId, reason }] }),
      { to: { groupId }, apiTimeoutMs: 5_000, check: ({ errorCode }) => KafkaError.check(errorCode) },
    )
  }

  /** Ends a join that is under way. */
  close(): void {
    this.#heartbeatTimer?.cancel()
    this.#abort.abort()
  }

  get #nowMs(): number {
    return this.#client.clock.monotonicMs()
  }

  async #joinGroup(): Promise<Joined> {
    const { groupId, groupInstanceId, sessionTimeoutMs, maxPollIntervalMs, assignors, rackId } = this.#options
    const topics = this.#options.subscribedTopics()
    const response = await this.#client.send(
      apis.joinGroup,
      {
        groupId,
        groupInstanceId,
        sessionTimeoutMs,
        rebalanceTimeoutMs: maxPollIntervalMs,
        memberId: this.#memberId,
        protocolType: 'consumer',
        protocols: assignors.map((assignor) => ({
          name: assignor.name,
          metadata: encodeSubscription({
            topics,
            userData: null,
            ownedPartitions: this.#options.ownedPartitions(),
            generationId: this.#lastGenerationId,
            rackId,
          }),
        })),
        reason: null,
      },
      // The answer comes when all members are back, or the group has waited long enough for them.
      {
        to: { groupId },
        timeoutMs: Math.max(this.#client.requestTimeoutMs, maxPollIntervalMs + 5_000),
        signal: this.#abort.signal,
      },
    )
    if (response.errorCode !== 0) {
      const error = KafkaError.ofCode(response.errorCode)
      if (error.name === 'MEMBER_ID_REQUIRED') this.#memberId = response.memberId
      throw error
    }
    this.#memberId = response.memberId
    this.#generationId = response.generationId
    return response
  }

  async #syncGroup(joined: Joined): Promise<readonly TopicPartition[]> {
    const { groupId, groupInstanceId } = this.#options
    const leads = joined.leader === joined.memberId
    if (!leads) this.#leadsTopics = undefined
    const response = await this.#client.send(
      apis.syncGroup,
      {
        groupId,
        groupInstanceId,
        generationId: joined.generationId,
        memberId: joined.memberId,
        protocolType: 'consumer',
        protocolName: joined.protocolName,
        assignments: leads && !joined.skipAssignment ? await this.#assign(joined) : [],
      },
      {
        to: { groupId },
        timeoutMs: Math.max(this.#client.requestTimeoutMs, this.#options.maxPollIntervalMs + 5_000),
        signal: this.#abort.signal,
      },
    )
    KafkaError.check(response.errorCode)
    return response.assignment.length === 0 ? [] : decodeAssignment(response.assignment).partitions
  }

  async #assign(joined: Joined) {
    const assignor = this.#options.assignors.find(({ name }) => name === joined.protocolName)
    if (assignor === undefined) {
      throw KafkaError.of(
        'INCONSISTENT_GROUP_PROTOCOL',
        `The group chose '${joined.protocolName}', which is not known here.`,
      )
    }
    const members = joined.members.map(({ memberId, groupInstanceId, metadata }) => ({
      memberId,
      groupInstanceId,
      ...decodeSubscription(metadata),
    }))
    const topics = Array.from(new Set(members.flatMap((member) => member.topics)))
    const partitionCounts = await this.#options.partitionCounts(topics)
    this.#leadsTopics = new Map(topics.map((topic) => [topic, partitionCounts.get(topic) ?? 0]))
    const assignment = assignor.assign(members, partitionCounts)
    return Array.from(assignment, ([memberId, partitions]) => ({
      memberId,
      assignment: encodeAssignment({ partitions, userData: null }),
    }))
  }

  /** Prepares another attempt to join. @returns false when there is no point in one */
  #recover(error: KafkaError): boolean {
    switch (error.name) {
      case 'MEMBER_ID_REQUIRED':
      case 'REBALANCE_IN_PROGRESS':
        return true
      case 'UNKNOWN_MEMBER_ID':
      case 'ILLEGAL_GENERATION':
        this.#forgetMember()
        return true
      default:
        this.#client.coordinators.forgetIfStale('group', this.#options.groupId, error)
        return error.retriable
    }
  }

  #forgetMember(): { readonly memberId: string } {
    const { memberId } = this.identity
    this.#memberId = ''
    this.#generationId = -1
    this.#lastGenerationId = -1
    return { memberId }
  }

  #scheduleHeartbeat(delayMs: number): void {
    this.#heartbeatTimer?.cancel()
    this.#heartbeatTimer = this.#client.clock.setTimer(delayMs, () => {
      this.#heartbeat().catch((error: unknown) =>
        this.#client.logger.error('Heartbeat failed', { error: String(error) }),
      )
    })
  }

  async #heartbeat(): Promise<void> {
    const { groupId, groupInstanceId, heartbeatIntervalMs, maxPollIntervalMs } = this.#options
    if (this.#nowMs - this.#lastPollMs > maxPollIntervalMs) {
      this.#client.logger.warn(
        `Leaving group ${groupId}: poll was not called for more than max.poll.interval.ms (${maxPollIntervalMs} ms).`,
      )
      this.#loseMembership()
      await this.leave('consumer poll timeout has expired.').catch(() => undefined) // The session ends by itself, too.
      return
    }
    const { memberId, generationId } = this.identity
    let nextMs = heartbeatIntervalMs
    try {
      const response = await this.#client.send(
        apis.heartbeat,
        { groupId, groupInstanceId, generationId, memberId },
        { to: { groupId } },
      )
      KafkaError.check(response.errorCode)
    } catch (error) {
      if (this.#abort.signal.aborted || generationId !== this.#generationId) return
      if (!(error instanceof KafkaError)) throw error
      if (!this.#onHeartbeatError(error)) return
      nextMs = this.#client.retryBackoff.delayMs(0)
    }
    if (generationId === this.#generationId && !this.#abort.signal.aborted) this.#scheduleHeartbeat(nextMs)
  }

  /** @returns whether to go on with heartbeats */
  #onHeartbeatError(error: KafkaError): boolean {
    switch (error.name) {
      case 'REBALANCE_IN_PROGRESS':
        // Heartbeats go on until the next poll prepares and joins: the group waits that long.
        this.requestRejoin()
        return true
      case 'ILLEGAL_GENERATION':
      case 'UNKNOWN_MEMBER_ID':
        this.#forgetMember()
        this.#loseMembership()
        return false
      default:
        this.#client.coordinators.forgetIfStale('group', this.#options.groupId, error)
        if (error.retriable) return true
        this.#failure = error
        this.#loseMembership()
        return false
    }
  }

  #loseMembership(): void {
    this.#lost = true
    this.requestRejoin()
  }
}

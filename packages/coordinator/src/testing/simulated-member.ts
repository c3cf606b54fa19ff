import assert from 'node:assert/strict'
import type {
  HeartbeatResponse,
  JoinGroupResponse,
  OffsetCommitResponse,
  SyncGroupResponse,
} from '@milena/protocol/messages'
import { Errors, ZERO_UUID } from '@milena/protocol/messages'
import { heartbeat } from '../group/heartbeat.ts'
import { joinGroup } from '../group/join-group.ts'
import { leaveGroup } from '../group/leave-group.ts'
import { commitOffsets } from '../group/offset-commit.ts'
import { syncGroup } from '../group/sync-group.ts'
import type { Dice } from './dice.ts'
import type { GroupBench } from './group-bench.ts'
import { bytesOf, subscriptionOf } from './transcript-commands.ts'

/** Counts what is sent and what is answered, and knows who owned what. */
export interface SimulationLedger {
  sent: number
  answered: number
  /** By group, era, generation and partition, the member (or static instance) that was given the partition. */
  readonly owners: Map<string, string>
  readonly trace: string[]
  /** How often the group was deleted so far: its generations begin anew each time. */
  era(groupId: string): number
}

const PARTITIONS = [0, 1, 2, 3, 4, 5]
const PROTOCOLS = ['range', 'roundrobin', 'sticky']

/** A client that plays the classic protocol more or less as it should. */
export class SimulatedMember {
  readonly name: string
  readonly groupId: string
  readonly groupInstanceId: string | null
  readonly #bench: GroupBench
  readonly #dice: Dice
  readonly #ledger: SimulationLedger
  #memberId = ''
  #generationId = -1
  #members: readonly string[] = []
  #phase: 'out' | 'joining' | 'joined' | 'syncing' | 'stable' = 'out'
  #topics = ['t1']

  constructor(
    name: string,
    groupId: string,
    isStatic: boolean,
    bench: GroupBench,
    dice: Dice,
    ledger: SimulationLedger,
  ) {
    this.name = name
    this.groupId = groupId
    this.groupInstanceId = isStatic ? `instance-${name}` : null
    this.#bench = bench
    this.#dice = dice
    this.#ledger = ledger
  }

  /** Does what comes next, or now and then something that no client should. */
  act(): void {
    if (this.#dice.chance(0.12)) return this.#misbehave()
    switch (this.#phase) {
      case 'out':
        return this.#join()
      case 'joined':
        return this.#sync()
      case 'stable':
        return this.#dice.pick([() => this.#heartbeat(), () => this.#commit(), () => this.#heartbeat()])()
      case 'joining':
      case 'syncing':
        return
    }
  }

  #misbehave(): void {
    this.#dice.pick([
      () => this.#join(),
      () => this.#sync(),
      () => this.#leave(),
      () => this.#heartbeat(),
      () => this.#commit(),
      () => this.#restart(),
      () => this.#resubscribe(),
      () => void (this.#generationId += this.#dice.below(3) - 1),
      () => void (this.#memberId = this.#dice.pick(['', 'nobody', this.#memberId])),
    ])()
  }

  #restart(): void {
    this.#memberId = ''
    this.#generationId = -1
    this.#join()
  }

  #resubscribe(): void {
    this.#topics = this.#dice.pick([['t1'], ['t1', 't2'], ['t3']])
    this.#join()
  }

  #join(): void {
    this.#phase = 'joining'
    const preferred = this.#dice.chance(0.2) ? this.#dice.pick(PROTOCOLS) : 'range'
    const names = this.#dice.chance(0.05) ? [preferred] : [...new Set([preferred, ...PROTOCOLS])]
    const request = {
      groupId: this.groupId,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 20_000,
      memberId: this.#memberId,
      groupInstanceId: this.groupInstanceId,
      protocolType: this.#dice.chance(0.02) ? 'connect' : 'consumer',
      protocols: names.map((name) => ({ name, metadata: subscriptionOf(this.#topics) })),
      reason: null,
    }
    const apiVersion = this.#dice.pick([0, 3, 4, 9])
    this.#send(
      'join',
      (client) => this.#bench.send(joinGroup, request, { ...client, apiVersion }),
      (response) => this.#onJoined(response),
    )
  }

  #onJoined(response: JoinGroupResponse): void {
    switch (response.errorCode) {
      case Errors.NONE.code:
        this.#memberId = response.memberId
        this.#generationId = response.generationId
        this.#members = response.skipAssignment ? [] : response.members.map(({ memberId }) => memberId)
        this.#phase = 'joined'
        return
      case Errors.MEMBER_ID_REQUIRED.code:
        this.#memberId = response.memberId
        this.#phase = 'out'
        return
      case Errors.REBALANCE_IN_PROGRESS.code:
        return
    }
    this.#memberId = ''
    this.#phase = 'out'
  }

  #sync(): void {
    this.#phase = 'syncing'
    const members = this.#members
    const shares = new Map(members.map((memberId) => [memberId, '']))
    PARTITIONS.forEach((partition, index) => {
      const memberId = members[index % members.length]
      if (memberId !== undefined) shares.set(memberId, `${shares.get(memberId)}${partition}`)
    })
    const era = this.#ledger.era(this.groupId)
    const request = {
      ...this.#identity(),
      protocolType: null,
      protocolName: null,
      assignments: Array.from(shares, ([memberId, share]) => ({ memberId, assignment: bytesOf(share) })),
    }
    this.#send(
      'sync',
      (client) => this.#bench.send(syncGroup, request, client),
      (response) => this.#onSynced(response, request, `${this.groupId} era ${era} generation ${request.generationId}`),
    )
  }

  #onSynced(response: SyncGroupResponse, asked: { generationId: number; memberId: string }, generation: string): void {
    if (response.errorCode !== Errors.NONE.code) return this.#onError(response.errorCode)
    const isLogged = this.#bench.records.some(
      (record) =>
        record.type === 'GroupMetadata' &&
        record.key.group === this.groupId &&
        record.value?.generation === asked.generationId &&
        record.value.members.some((member) => member.memberId === asked.memberId),
    )
    assert.ok(isLogged, 'an assignment is of the generation that was asked for')
    for (const partition of new TextDecoder().decode(response.assignment)) {
      const key = `${generation} partition ${partition}`
      const owner = this.groupInstanceId ?? asked.memberId
      assert.equal(this.#ledger.owners.get(key) ?? owner, owner, `${key} has one owner`)
      this.#ledger.owners.set(key, owner)
    }
    this.#phase = 'stable'
  }

  #heartbeat(): void {
    this.#send(
      'heartbeat',
      (client) => this.#bench.send(heartbeat, this.#identity(), client),
      (response: HeartbeatResponse) => this.#onError(response.errorCode),
    )
  }

  #commit(): void {
    const { generationId, ...identity } = this.#identity()
    const request = {
      ...identity,
      generationIdOrMemberEpoch: generationId,
      retentionTimeMs: -1,
      topics: [
        {
          name: this.#dice.pick(this.#topics),
          topicId: ZERO_UUID,
          partitions: [0, 1].map((partitionIndex) => ({
            partitionIndex,
            committedOffset: this.#dice.below(1000),
            committedLeaderEpoch: -1,
            committedMetadata: null,
          })),
        },
      ],
    }
    this.#send(
      'commit',
      (client) => this.#bench.send(commitOffsets, request, client),
      (response: OffsetCommitResponse) => this.#onError(response.topics[0]?.partitions[0]?.errorCode ?? 0),
    )
  }

  #leave(): void {
    const { memberId, groupInstanceId } = this.#identity()
    const request = { groupId: this.groupId, memberId: '', members: [{ memberId, groupInstanceId, reason: null }] }
    this.#send(
      'leave',
      (client) => this.#bench.send(leaveGroup, request, client),
      () => {
        this.#memberId = ''
        this.#phase = 'out'
      },
    )
  }

  #identity() {
    return {
      groupId: this.groupId,
      generationId: this.#generationId,
      memberId: this.#memberId,
      groupInstanceId: this.groupInstanceId,
    }
  }

  #onError(errorCode: number): void {
    switch (errorCode) {
      case Errors.NONE.code:
        return
      case Errors.UNKNOWN_MEMBER_ID.code:
      case Errors.FENCED_INSTANCE_ID.code:
        this.#memberId = ''
    }
    this.#phase = 'out'
  }

  #send<Response>(
    what: string,
    send: (client: { clientId: string; clientHost: string; apiVersion: number }) => Promise<Response>,
    onResponse: (response: Response) => void,
  ): void {
    this.#ledger.sent++
    const noteAnswer = (text: string): void => {
      this.#ledger.answered++
      this.#ledger.trace.push(`${this.name} ${what}: ${text}`)
    }
    const answer = send({ clientId: this.name, clientHost: '/127.0.0.1', apiVersion: 9 })
    const writtenOffset = this.#bench.records.length - 1
    answer.then(
      (response) => {
        assert.ok(this.#bench.log.committedOffset >= writtenOffset, 'nothing is answered before it is committed')
        noteAnswer(JSON.stringify(response))
        onResponse(response)
      },
      (error: Error) => {
        noteAnswer(error.message)
        this.#phase = 'out'
      },
    )
  }
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Errors } from '@milena/protocol/messages'
import { deleteGroups } from '../group/delete-groups.ts'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import { deleteShareState, dropShareStateOfTopics, readShareState, writeShareState } from '../share/share-operations.ts'
import { Dice } from '../testing/dice.ts'
import { ShareBench } from '../testing/share-bench.ts'
import { assertShareGroupsAreSound, assertSharesAreReplayOfLogs } from '../testing/share-invariants.ts'
import { settle } from '../testing/shard-bench.ts'
import { alterShareGroupOffsets } from './alter-share-group-offsets.ts'
import { shareGroupHeartbeat } from './share-group-heartbeat.ts'
import { beginShareGroupDeletion, forgetDeletedTopics } from './share-state-deletion.ts'

const STEPS = 150
const UPDATES_PER_SNAPSHOT = 3
const CLIENT = { clientId: 'client', clientHost: '/127.0.0.1', apiVersion: 1 }
const TOPICS = ['t', 'u']
const GROUPS = ['g', 'h']

/** Members come and go, topics grow and vanish, partitions are worked on, logs refuse and crash: all from a seed. */
class ShareSimulation {
  readonly bench = new ShareBench({
    settings: { maxSize: 3, sessionTimeoutMs: 10_000, assignmentIntervalMs: 500, initializeRetryIntervalMs: 3_000 },
    coordinator: { snapshotUpdateRecordsPerSnapshot: UPDATES_PER_SNAPSHOT, coldPartitionSnapshotIntervalMs: 20_000 },
  })
  readonly #dice: Dice
  readonly #epochs = new Map<string, number>()

  constructor(seed: number) {
    this.#dice = new Dice(seed)
  }

  async run(): Promise<void> {
    await this.bench.load()
    for (let step = 0; step < STEPS; step++) {
      await this.#step()
      await settle()
      assertSharesAreReplayOfLogs(this.bench, UPDATES_PER_SNAPSHOT)
      assertShareGroupsAreSound(this.bench)
    }
    await this.#finish()
  }

  async #step(): Promise<void> {
    const dice = this.#dice
    const { bench } = this
    const kind = dice.below(20)
    if (kind < 9) return this.#heartbeat(dice.pick(GROUPS), `m${dice.below(5)}`)
    if (kind === 15) return bench.advance(dice.pick([100, 1_000, 12_000]))
    if (kind === 18) return this.#disturb()
    // Whatever else is done waits for its answer.
    bench.groups.log.isCommitting = true
    bench.groups.log.commit()
    if (kind < 12) return void (await this.#quietly(bench.runTasks(dice.chance(0.2))))
    if (kind < 15) return this.#work()
    if (kind === 16) return this.#changeTopic()
    if (kind === 17) return this.#administer()
  }

  async #heartbeat(groupId: string, memberId: string): Promise<void> {
    const dice = this.#dice
    const key = `${groupId}/${memberId}`
    const joins = !this.#epochs.has(key)
    const leaves = !joins && dice.chance(0.1)
    const known = joins ? 0 : (this.#epochs.get(key) ?? 0)
    const memberEpoch = leaves ? -1 : dice.chance(0.05) ? dice.below(9) : known
    const subscribedTopicNames =
      memberEpoch === 0 || dice.chance(0.1) ? dice.pick([['t'], ['u'], ['t', 'u'], ['nope']]) : null
    const request = { groupId, memberId, memberEpoch, rackId: null, subscribedTopicNames }
    const sent = this.bench.groups.send(shareGroupHeartbeat, request, CLIENT)
    if (!this.bench.groups.log.isCommitting) return void this.#quietly(sent)
    const response = await this.#quietly(sent)
    if (response === undefined) return
    if (response.errorCode === Errors.NONE.code && !leaves) this.#epochs.set(key, response.memberEpoch)
    else this.#epochs.delete(key)
  }

  /** A leader of a share partition reads and writes, as one that may have been replaced. */
  async #work(): Promise<void> {
    const dice = this.#dice
    const { shares, topics } = this.bench
    const topicId = topics.topicId(dice.pick(TOPICS)) ?? 'gone'
    const place = { groupId: dice.pick(GROUPS), topicId, partition: dice.below(3), leaderEpoch: dice.below(3) }
    const read = await this.#quietly(shares.send(readShareState, place, CLIENT))
    if (read?.errorCode !== Errors.NONE.code) return
    const startOffset = Math.max(read.startOffset, 0) + dice.below(3)
    const firstOffset = startOffset + dice.below(20)
    const batch = { firstOffset, lastOffset: firstOffset + dice.below(5) }
    const stateBatches = [{ ...batch, deliveryState: dice.pick([0, 2, 4]), deliveryCount: 1 + dice.below(4) }]
    const { stateEpoch } = read
    const write = { ...place, stateEpoch, startOffset, deliveryCompleteCount: dice.below(5), stateBatches }
    await this.#quietly(shares.send(writeShareState, write, CLIENT))
  }

  async #changeTopic(): Promise<void> {
    const { topics, groups, shares } = this.bench
    const name = this.#dice.pick(TOPICS)
    const count = topics.partitionCount(name)
    if (count > 0 && this.#dice.chance(0.3)) {
      const gone = new Set([topics.delete(name)])
      await this.#quietly(groups.send(forgetDeletedTopics, gone, CLIENT))
      await this.#quietly(shares.send(dropShareStateOfTopics, gone, CLIENT))
    } else topics.make(name, Math.min(count + 1, 3))
  }

  async #administer(): Promise<void> {
    const dice = this.#dice
    const { groups, shares } = this.bench
    const groupId = dice.pick(GROUPS)
    if (dice.chance(0.5)) {
      const partitions = [{ partitionIndex: dice.below(3), startOffset: dice.below(10) }]
      const topics = [{ topicName: dice.pick(TOPICS), partitions }]
      return void (await this.#quietly(groups.send(alterShareGroupOffsets, { groupId, topics }, CLIENT)))
    }
    const [doomed] = (await this.#quietly(groups.send(beginShareGroupDeletion, [groupId], CLIENT))) ?? []
    if (doomed === undefined || doomed.errorCode !== Errors.NONE.code || dice.chance(0.2)) return
    for (const { topicId, partitions } of doomed.topics) {
      for (const partition of partitions) {
        await this.#quietly(shares.send(deleteShareState, { groupId, topicId, partition }, CLIENT))
      }
    }
    await this.#quietly(groups.send(deleteGroups, [groupId], CLIENT))
  }

  async #disturb(): Promise<void> {
    const dice = this.#dice
    const { groups, shares } = this.bench
    switch (dice.below(4)) {
      case 0:
        groups.log.nextRefusal = new CoordinatorError(Errors.NOT_ENOUGH_REPLICAS)
        return
      case 1:
        groups.log.isCommitting = false
        return
      case 2:
        await groups.crash(dice.below(4))
        groups.log.isCommitting = true
        return
      default:
        return shares.crash()
    }
  }

  /** When nothing disturbs any more, everybody who is left gets what can be had. */
  async #finish(): Promise<void> {
    const { bench } = this
    bench.groups.log.nextRefusal = undefined
    bench.groups.log.isCommitting = true
    bench.groups.log.commit()
    await settle()
    await bench.advance(20_000)
    this.#epochs.clear()
    for (const name of TOPICS) bench.topics.make(name, Math.max(bench.topics.partitionCount(name), 2))
    for (let round = 0; round < 4; round++) {
      for (const memberId of ['x', 'y']) await this.#beat(memberId)
      await bench.runTasks()
      await bench.advance(3_000)
    }
    const [x, y] = [await this.#beat('x'), await this.#beat('y')]
    for (const response of [x, y]) assert.equal(response.errorCode, Errors.NONE.code)
    const owned = [x, y].flatMap(({ assignment }) => assignment?.topicPartitions ?? [])
    const partitions = owned.flatMap(({ topicId, partitions: all }) =>
      all.map((partition) => `${topicId}:${partition}`),
    )
    const expected = TOPICS.flatMap((name) =>
      Array.from({ length: bench.topics.partitionCount(name) }, (_, index) => `${bench.topics.topicId(name)}:${index}`),
    )
    assert.deepEqual(new Set(partitions), new Set(expected))
    assertSharesAreReplayOfLogs(bench, UPDATES_PER_SNAPSHOT)
    assertShareGroupsAreSound(bench)
  }

  async #beat(memberId: string) {
    const memberEpoch = this.#epochs.get(memberId) ?? 0
    const request = { groupId: 'g', memberId, memberEpoch, rackId: null, subscribedTopicNames: TOPICS }
    const response = await this.bench.groups.send(shareGroupHeartbeat, request, CLIENT)
    this.#epochs.set(memberId, response.memberEpoch)
    return response
  }

  /** What the log refuses, or a crash takes away, is nobody's fault. */
  async #quietly<Response>(promise: Promise<Response>): Promise<Response | undefined> {
    try {
      return await promise
    } catch (error) {
      assert.ok(error instanceof CoordinatorError, String(error))
      return undefined
    }
  }
}

for (let seed = 1; seed <= 25; seed++) {
  test(`share groups under random members, topics, leaders and crashes, seed ${seed}`, () =>
    new ShareSimulation(seed).run())
}

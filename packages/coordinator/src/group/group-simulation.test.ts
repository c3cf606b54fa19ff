import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZERO_UUID } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import { Dice } from '../testing/dice.ts'
import { GroupBench } from '../testing/group-bench.ts'
import { assertGroupsAreSound, assertStateIsReplayOfLog } from '../testing/group-invariants.ts'
import type { SimulationLedger } from '../testing/simulated-member.ts'
import { SimulatedMember } from '../testing/simulated-member.ts'
import { deleteGroups } from './delete-groups.ts'
import { commitOffsets } from './offset-commit.ts'
import { dropOffsetsOfTopics } from './topics-deleted.ts'

const STEPS = 150
const ADMIN = { clientId: 'admin', clientHost: '/127.0.0.1', apiVersion: 9 }
const GROUPS = ['g', 'h']

class Simulation {
  readonly bench = new GroupBench({
    groupInitialRebalanceDelayMs: 1_000,
    offsetsRetentionMs: 60_000,
    offsetsRetentionCheckIntervalMs: 15_000,
  })
  readonly #dice: Dice
  readonly #members: SimulatedMember[] = []
  readonly #generations = new Map<string, number>()
  readonly ledger: SimulationLedger = {
    sent: 0,
    answered: 0,
    owners: new Map(),
    trace: [],
    era: (groupId) =>
      this.bench.records.filter(
        (record) => record.type === 'GroupMetadata' && record.key.group === groupId && record.value === null,
      ).length,
  }

  constructor(seed: number) {
    this.#dice = new Dice(seed)
    for (let index = 0; index < 6; index++) {
      const groupId = GROUPS[index % 2] ?? ''
      const isStatic = this.#dice.chance(0.3)
      this.#members.push(new SimulatedMember(`m${index}`, groupId, isStatic, this.bench, this.#dice, this.ledger))
    }
    this.#watchReplies()
  }

  async run(): Promise<void> {
    await this.bench.load()
    for (let step = 0; step < STEPS; step++) {
      await this.#step()
      await this.bench.settle()
      this.#check()
    }
    await this.#finish()
  }

  async #step(): Promise<void> {
    const { bench } = this
    const roll = this.#dice.roll()
    if (roll < 0.7) this.#dice.pick(this.#members).act()
    else if (roll < 0.85) await bench.advance(this.#dice.below(this.#dice.pick([200, 3_000, 30_000])))
    else if (roll < 0.88) bench.log.isCommitting = !bench.log.isCommitting
    else if (roll < 0.92) bench.log.commit(this.#dice.chance(0.5) ? 1 : undefined)
    else if (roll < 0.94) this.#refuseOne()
    else if (roll < 0.955) {
      if (bench.log.hasPending) bench.log.lose(new CoordinatorError(Errors.KAFKA_STORAGE_ERROR), this.#dice.below(3))
      this.#generations.clear()
    } else if (roll < 0.97) {
      await bench.crash(this.#dice.below(3))
      this.#generations.clear()
    } else this.#administer()
  }

  /** The log refuses what comes next: it must be as if nothing had been asked. */
  #refuseOne(): void {
    const { bench } = this
    const before = this.#snapshot()
    let hasFallback = false
    const onOutcome = bench.shard.onOutcome
    bench.shard.onOutcome = (outcome) => {
      hasFallback ||= outcome.ifRefused !== undefined
      onOutcome(outcome)
    }
    bench.log.nextRefusal = new CoordinatorError(Errors.NOT_ENOUGH_REPLICAS)
    this.#dice.pick(this.#members).act()
    bench.shard.onOutcome = onOutcome
    if (bench.log.nextRefusal === undefined && !hasFallback)
      assert.deepEqual(this.#snapshot(), before, 'a refused append leaves no trace')
    bench.log.nextRefusal = undefined
  }

  #snapshot(): object {
    const { partition, timers } = this.bench
    const offsets = Array.from(partition.shardState.offsets.entries(), ([groupId, topics]) => [
      groupId,
      Array.from(topics.entries(), ([topic, partitions]) => [topic, [...partitions.entries()]]),
    ])
    return {
      groups: [...partition.shardState.groups.entries()],
      offsets,
      timers: [...timers.timersOf(partition)],
      parked: partition.parkedIds,
      records: this.bench.records.length,
    }
  }

  #administer(): void {
    const { bench, ledger } = this
    const answered = (): void => void ledger.answered++
    const groupId = this.#dice.pick([...GROUPS, 'simple'])
    ledger.sent++
    const topics = [
      {
        name: 't9',
        topicId: ZERO_UUID,
        partitions: [{ partitionIndex: 0, committedOffset: 1, committedLeaderEpoch: -1, committedMetadata: null }],
      },
    ]
    const commit = {
      groupId,
      generationIdOrMemberEpoch: -1,
      memberId: '',
      groupInstanceId: null,
      retentionTimeMs: -1,
      topics,
    }
    void this.#dice.pick([
      () => bench.send(deleteGroups, [groupId], ADMIN).then(answered, answered),
      () => bench.send(dropOffsetsOfTopics, new Set(['t2', 't9']), ADMIN).then(answered, answered),
      () => bench.send(commitOffsets, commit, ADMIN).then(answered, answered),
    ])()
  }

  /** A reply is for a request that waits, or for the one that is being decided; never for one that was answered. */
  #watchReplies(): void {
    let newest = 0
    let partition = this.bench.partition
    this.bench.shard.onOutcome = ({ effects }) => {
      if (partition !== this.bench.partition) newest = 0
      partition = this.bench.partition
      const parked = new Set(partition.parkedIds)
      for (const effect of effects) {
        if (effect.kind !== 'reply') continue
        assert.ok(parked.delete(effect.requestId) || effect.requestId > newest, 'each request is answered once')
        newest = Math.max(newest, effect.requestId)
      }
      newest = Math.max(newest, ...partition.parkedIds)
    }
  }

  #check(): void {
    assert.equal(this.bench.partition.state, 'active')
    assertStateIsReplayOfLog(this.bench)
    assertGroupsAreSound(this.bench)
    for (const group of this.bench.partition.shardState.groups.values()) {
      if (group.type !== 'classic') continue
      const key = `${group.groupId} ${this.ledger.era(group.groupId)}`
      assert.ok(group.generationId >= (this.#generations.get(key) ?? 0), 'a generation never goes back')
      this.#generations.set(key, group.generationId)
    }
  }

  /** Nobody asks any more: whoever waits is answered in the end, and the groups die out. */
  async #finish(): Promise<void> {
    const { bench, ledger } = this
    bench.log.isCommitting = true
    bench.log.commit()
    await bench.advance(600_000)
    assert.equal(ledger.answered, ledger.sent, 'every request is answered')
    assert.deepEqual([...bench.partition.shardState.groups.keys()], [])
    this.#check()
  }
}

const run = async (seed: number): Promise<Simulation> => {
  const simulation = new Simulation(seed)
  try {
    await simulation.run()
  } catch (error) {
    throw new Error(`seed ${seed}: ${String(error)}\n${simulation.ledger.trace.slice(-20).join('\n')}`, {
      cause: error,
    })
  }
  return simulation
}

const firstSeed = Number(process.env['MILENA_SEED'] ?? 1)
const seedCount = Number(process.env['MILENA_SEEDS'] ?? 40)

test('random members, clocks and logs keep every invariant', async () => {
  let stableSeen = 0
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
    const { ledger } = await run(seed)
    if (ledger.owners.size > 0) stableSeen++
  }
  assert.ok(stableSeen > seedCount / 2, 'most runs reach a stable generation, or this test shows nothing')
})

test('a seed is a whole story: twice the same', async () => {
  const [first, second] = [await run(firstSeed), await run(firstSeed)]
  assert.deepEqual(first.ledger.trace, second.ledger.trace)
})

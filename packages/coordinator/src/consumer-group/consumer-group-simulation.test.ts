import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Errors } from '@milena/protocol/messages'
import { defaultGroupConfig } from '../group/group-config.ts'
import type { Group } from '../group/group-types.ts'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import { Dice } from '../testing/dice.ts'
import { GroupBench } from '../testing/group-bench.ts'
import { assertStateIsReplayOfLog, replayed } from '../testing/group-invariants.ts'
import { SimulatedConsumer } from '../testing/simulated-consumer.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { consumerGroupHeartbeat } from './consumer-group-heartbeat.ts'
import { STATIC_LEAVE_EPOCH } from './member-lookup.ts'

const STEPS = 200
const GROUP = 'g'

type Heartbeat = typeof consumerGroupHeartbeat

class Simulation {
  readonly bench = new GroupBench({
    groupInitialRebalanceDelayMs: 500,
    consumerGroup: { ...defaultGroupConfig.consumerGroup, sessionTimeoutMs: 8_000, assignmentIntervalMs: 1_000 },
  })
  readonly trace: string[] = []
  readonly complaints: string[] = []
  readonly consumers: SimulatedConsumer[] = []
  readonly kinds = new Set<string>()
  readonly #dice: Dice
  /** Comes with the instance id of another one, and is gone before the others are left alone. */
  #rival: SimulatedConsumer | undefined
  #epoch = 0

  constructor(seed: number, heartbeat: Heartbeat) {
    const dice = new Dice(seed)
    this.#dice = dice
    const { bench, trace, complaints } = this
    const world = { bench, dice, groupId: GROUP, trace, complaints, consumerGroupHeartbeat: heartbeat }
    const hasRival = dice.chance(0.3)
    for (const [index, name] of ['m0', 'm1', 'm2', 'm3'].entries()) {
      const instanceId = index < 2 && dice.chance(0.7) ? `i${index}` : null
      this.consumers.push(new SimulatedConsumer({ name, instanceId, hasRival: hasRival && index === 0 }, world))
    }
    if (hasRival) this.#rival = new SimulatedConsumer({ name: 'rival', instanceId: 'i0', hasRival }, world)
  }

  get #everyone(): readonly SimulatedConsumer[] {
    return this.#rival === undefined ? this.consumers : [...this.consumers, this.#rival]
  }

  get group(): Group | undefined {
    return this.bench.partition.shardState.groups.get(GROUP)
  }

  async run(): Promise<void> {
    const { bench } = this
    await bench.load()
    bench.setTopic('t1', 3)
    bench.setTopic('t2', 2)
    for (let step = 0; step < STEPS; step++) {
      await this.#step()
      await bench.settle()
      this.#check()
    }
    await this.#converge()
  }

  async #step(): Promise<void> {
    const { bench } = this
    const roll = this.#dice.roll()
    if (roll < 0.8) this.#dice.pick(this.#everyone).act(false)
    else if (roll < 0.92) await bench.advance(this.#dice.below(this.#dice.pick([500, 3_000, 15_000])))
    else if (roll < 0.95) bench.setTopic(this.#dice.pick(['t1', 't2']), 1 + this.#dice.below(5))
    else if (roll < 0.96) bench.log.isCommitting = !bench.log.isCommitting
    else if (roll < 0.98) bench.log.commit()
    else if (roll < 0.99) {
      if (bench.log.hasPending) bench.log.lose(new CoordinatorError(Errors.KAFKA_STORAGE_ERROR), this.#dice.below(3))
      this.#epoch = 0
    } else {
      await bench.crash(this.#dice.below(3))
      this.#epoch = 0
    }
  }

  #check(): void {
    assert.equal(this.bench.partition.state, 'active')
    assertStateIsReplayOfLog(this.bench)
    const { group } = this
    if (group !== undefined) this.kinds.add(group.type)
    if (group?.type !== 'consumer') this.#epoch = 0
    else {
      assert.ok(group.header.groupEpoch >= this.#epoch, 'epochs only grow')
      this.#epoch = group.header.groupEpoch
      assertConsumerGroupIsSound(group)
    }
    this.#assertNobodySharesAPartition()
    assert.deepEqual(this.complaints, [])
  }

  /** Whoever the group does not count as a member any more is fenced, whether it knows it or not. */
  #assertNobodySharesAPartition(): void {
    const { group } = this
    const committed = this.bench.partition.shardState.groups.getCommitted(GROUP)
    const owners = new Map<string, string>()
    for (const consumer of this.#everyone) {
      const isMember = [group, committed].every((view) => view?.members.has(consumer.memberId) === true)
      for (const place of isMember ? consumer.holds : []) {
        assert.ok(!owners.has(place), `${place} is held by ${owners.get(place)} and ${consumer.name}`)
        owners.set(place, consumer.name)
      }
      if (consumer.phase === 'member' && isMember) {
        assert.equal(instanceOf(group, consumer.memberId), consumer.instanceId, 'a member is the instance that it says')
      }
    }
  }

  /** Left alone, everyone gets its part, and all of it is given out. */
  async #converge(): Promise<void> {
    const { bench } = this
    bench.log.isCommitting = true
    bench.log.commit()
    this.#rival = undefined
    for (let round = 0; round < 50; round++) {
      if (round === 10) for (const consumer of this.consumers) consumer.noticeTopics()
      for (const consumer of this.consumers) {
        consumer.act(true)
        await bench.settle()
      }
      await bench.advance(2_000)
      this.#check()
    }
    const { group } = this
    assert.ok(group !== undefined)
    assert.equal(group.state, 'Stable')
    assert.equal(group.members.size, this.consumers.length)
    const held = new Set(this.consumers.flatMap(({ holds }) => [...holds]))
    const wanted = ['t1', 't2'].filter((topic) => this.#isSubscribed(group, topic))
    const count = wanted.reduce((sum, topic) => sum + bench.topics.partitionCount(topic), 0)
    assert.equal(held.size, count, 'every partition has an owner')
  }

  #isSubscribed(group: Group, topic: string): boolean {
    return group.type === 'consumer' ? group.isSubscribedToTopic(topic) : true
  }
}

const instanceOf = (group: Group | undefined, memberId: string): string | null | undefined => {
  if (group?.type === 'classic') return group.members.get(memberId)?.groupInstanceId
  return group?.type === 'consumer' ? group.members.get(memberId)?.instanceId : undefined
}

/** A partition is held by one member at most, and the group knows its epoch. */
const assertConsumerGroupIsSound = (group: ConsumerGroup): void => {
  const owners = new Map<string, string>()
  for (const member of group.members.values()) {
    for (const partitions of [member.assigned, member.pendingRevocation]) {
      for (const [topicId, indexes] of partitions) {
        for (const index of indexes.keys()) {
          const place = `${topicId}:${index}`
          assert.ok(!owners.has(place), `${place} belongs to ${owners.get(place)} and ${member.memberId}`)
          owners.set(place, member.memberId)
          assert.equal(group.partitionEpoch(topicId, index), member.memberEpoch)
        }
      }
    }
    assert.ok(member.memberEpoch <= group.header.groupEpoch)
  }
  const instances = [...group.members.values()].filter(({ instanceId }) => instanceId !== null)
  assert.deepEqual(
    new Map(group.staticMembers.entries()),
    new Map(instances.map(({ instanceId, memberId }) => [instanceId, memberId])),
  )
  assert.equal(group.staticMembers.size, instances.length, 'an instance is one member')
}

const firstSeed = Number(process.env['MILENA_SEED'] ?? 1)
const seedCount = Number(process.env['MILENA_SEEDS'] ?? 15)

const run = async (seed: number, heartbeat: Heartbeat = consumerGroupHeartbeat): Promise<Simulation> => {
  const simulation = new Simulation(seed, heartbeat)
  try {
    await simulation.run()
  } catch (error) {
    throw new Error(`seed ${seed}: ${String(error)}\n${simulation.trace.slice(-25).join('\n')}`, { cause: error })
  }
  return simulation
}

test('members of both protocols come, go and change: nobody shares a partition, everyone gets a part', async () => {
  let converted = 0
  let returned = 0
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
    const { kinds, trace } = await run(seed)
    if (kinds.size > 1) converted++
    if (trace.some((line) => line.endsWith('is away 0'))) returned++
  }
  assert.ok(converted > seedCount / 4, 'groups change their kind, or this test shows little')
  assert.ok(returned > seedCount / 8, 'static members are away for a while, or this test shows little')
})

/** What a coordinator might get wrong about static members. */
const FAULTS: Readonly<Record<string, Heartbeat>> = {
  'who is away for a while is not written down': (state, request, context) => {
    const result = consumerGroupHeartbeat(state, request, context)
    return request.memberEpoch === STATIC_LEAVE_EPOCH ? { ...result, records: [] } : result
  },
  'the former self of who comes back stays': (state, request, context) => {
    const result = consumerGroupHeartbeat(state, request, context)
    const isReturning = request.memberEpoch === 0 && request.instanceId !== null
    return isReturning ? { ...result, records: result.records.filter(({ value }) => value !== null) } : result
  },
  'an instance id is nobody’s': (state, request, context) =>
    consumerGroupHeartbeat(state, { ...request, instanceId: null }, context),
}

for (const [name, faulty] of Object.entries(FAULTS)) {
  test(`a planted fault is found: ${name}`, async () => {
    const found: string[] = []
    for (let seed = 1; seed <= 15 && found.length === 0; seed++) {
      await run(seed, faulty).catch((error: unknown) => found.push(String(error)))
    }
    assert.equal(found.length, 1)
  })
}

test('a seed is a whole story: twice the same', async () => {
  const [first, second] = [await run(firstSeed), await run(firstSeed)]
  assert.deepEqual(first.trace, second.trace)
  assert.deepEqual(replayed(first.bench.records).groups.size, replayed(second.bench.records).groups.size)
})

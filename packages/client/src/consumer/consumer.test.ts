import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { Errors } from '@milena/protocol'
import { ManualClock } from '@milena/runtime'
import { apis } from '../apis.ts'
import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'
import { FakeCluster } from '../testing/fake-broker.ts'
import { FakeLogs } from '../testing/fake-fetch.ts'
import { FakeGroup } from '../testing/fake-group.ts'
import { runUntil } from '../testing/run-until.ts'
import { Consumer } from './consumer.ts'
import type { ConsumerOptions, RebalanceListener } from './options.ts'

const clocks: ManualClock[] = []
const consumers: Consumer[] = []

function setup(topics: Readonly<Record<string, number>> = { t: 4 }) {
  const clock = new ManualClock()
  clocks.push(clock)
  const cluster = new FakeCluster([1, 2]).withCoordinator(() => 1)
  const logs = new FakeLogs(cluster, clock, topics)
  const group = new FakeGroup(cluster)
  const consumer = (options: ConsumerOptions = {}): Consumer => {
    const made = new Consumer(cluster.client(clock), { groupId: 'g', autoOffsetReset: 'earliest', ...options })
    consumers.push(made)
    return made
  }
  return { clock, cluster, logs, group, consumer }
}

afterEach(async () => {
  const clock = clocks.pop()!
  for (const consumer of consumers.splice(0)) {
    await runUntil(clock, consumer.close())
    consumer.client.close()
  }
  // A fetch that waits at the broker is all that may be left.
  await runUntil(clock, new Promise<void>((resolve) => clock.setTimer(60_000, resolve)))
  assert.equal(clock.pendingTimers, 0)
})

async function read(clock: ManualClock, consumer: Consumer, count: number): Promise<string[]> {
  const values: string[] = []
  while (values.length < count) {
    for (const { value } of await runUntil(clock, consumer.poll())) values.push(Buffer.from(value!).toString())
  }
  return values
}

/** Polls all of them, at once, until it holds. */
async function pollUntil(clock: ManualClock, members: readonly Consumer[], holds: () => boolean): Promise<string[]> {
  const values: string[] = []
  for (let round = 0; !holds(); round++) {
    assert.ok(round < 200, 'it comes true')
    const polls = members.map((member) => member.poll({ timeoutMs: 100 }))
    for (const records of await runUntil(clock, Promise.all(polls))) {
      for (const { value } of records) values.push(Buffer.from(value!).toString())
    }
  }
  return values
}

const names = (partitions: readonly TopicPartition[]): string => partitions.map((each) => partitionKey(each)).join(' ')

function journal(): { readonly entries: string[]; readonly listener: RebalanceListener } {
  const entries: string[] = []
  return {
    entries,
    listener: {
      onPartitionsAssigned: (partitions) => void entries.push(`+ ${names(partitions)}`.trim()),
      onPartitionsRevoked: (partitions) => void entries.push(`- ${names(partitions)}`),
      onPartitionsLost: (partitions) => void entries.push(`! ${names(partitions)}`),
    },
  }
}

describe('partitions assigned by hand', () => {
  test('are read from where the reset policy says, and from where one seeks', async () => {
    const { clock, logs, consumer } = setup()
    logs.append('t', 0, 'a', 'b', 'c')
    const reader = consumer()
    const at = { topic: 't', partition: 0 }
    reader.assign([at])
    assert.deepEqual(await read(clock, reader, 3), ['a', 'b', 'c'])
    assert.equal(await reader.position(at), 3)
    reader.seek(at, 1)
    assert.deepEqual(await read(clock, reader, 2), ['b', 'c'])
    reader.seekTo([at], 'earliest')
    assert.deepEqual(await read(clock, reader, 3), ['a', 'b', 'c'])
    reader.seekTo([at], 2)
    assert.deepEqual(await read(clock, reader, 1), ['c'])
  })

  test('latest begins with what comes next', async () => {
    const { clock, logs, consumer } = setup()
    logs.append('t', 0, 'old')
    const reader = consumer({ autoOffsetReset: 'latest' })
    reader.assign([{ topic: 't', partition: 0 }])
    assert.deepEqual(await runUntil(clock, reader.poll()), [])
    logs.append('t', 0, 'new')
    assert.deepEqual(await read(clock, reader, 1), ['new'])
  })

  test('without a policy and a commit there is nowhere to begin', async () => {
    const { clock, consumer } = setup()
    const reader = consumer({ autoOffsetReset: 'none' })
    reader.assign([{ topic: 't', partition: 0 }])
    await assert.rejects(runUntil(clock, reader.poll()), { name: 'NO_OFFSET_FOR_PARTITION' })
  })

  test('an offset that is gone is reset by the policy, or reported', async () => {
    const { clock, logs, consumer } = setup()
    logs.append('t', 0, 'a', 'b')
    logs.append('t', 0, 'c')
    logs.startOffsets.set('t-0', 2)
    const at = { topic: 't', partition: 0 }
    const reader = consumer()
    reader.assign([at])
    reader.seek(at, 0)
    assert.deepEqual(await read(clock, reader, 1), ['c'])
    const strict = consumer({ autoOffsetReset: 'none' })
    strict.assign([at])
    strict.seek(at, 0)
    await assert.rejects(runUntil(clock, strict.poll()), { name: 'OFFSET_OUT_OF_RANGE' })
  })

  test('a pause holds back what has arrived, until it ends', async () => {
    const { clock, logs, consumer } = setup()
    logs.append('t', 0, 'a', 'b')
    logs.append('t', 1, 'x')
    const reader = consumer({ maxPollRecords: 1 })
    const [first, second] = [
      { topic: 't', partition: 0 },
      { topic: 't', partition: 1 },
    ]
    reader.assign([first, second])
    assert.deepEqual(await read(clock, reader, 1), ['a'])
    reader.pause([first])
    assert.deepEqual(reader.paused(), [first])
    assert.deepEqual(await read(clock, reader, 1), ['x'])
    assert.deepEqual(await runUntil(clock, reader.poll()), [])
    reader.resume([first])
    assert.deepEqual(await read(clock, reader, 1), ['b'])
  })

  test('a stream that is left gives back what it was not asked for', async () => {
    const { clock, logs, consumer, group } = setup()
    logs.append('t', 0, 'a', 'b', 'c')
    const reader = consumer()
    reader.assign([{ topic: 't', partition: 0 }])
    const seen: string[] = []
    const loop = async (): Promise<void> => {
      for await (const { value } of reader) {
        seen.push(Buffer.from(value!).toString())
        if (seen.length === 2) break
      }
    }
    await runUntil(clock, loop())
    assert.deepEqual(seen, ['a', 'b'])
    await runUntil(clock, reader.close())
    assert.equal(group.committed.get('t-0'), 2)
  })

  test('a wait for records ends when it is aborted', async () => {
    const { clock, consumer } = setup()
    const reader = consumer()
    reader.assign([{ topic: 't', partition: 0 }])
    const abort = new AbortController()
    clock.setTimer(300, () => abort.abort())
    await assert.rejects(runUntil(clock, reader.poll({ timeoutMs: 60_000, signal: abort.signal })), { name: 'ABORTED' })
    assert.ok(clock.monotonicMs() < 2_000)
  })

  test('a broker without topic ids is asked by name', async () => {
    const { clock, cluster, logs, consumer } = setup()
    logs.append('t', 0, 'a')
    const capped = cluster.apiKeys().find(({ apiKey }) => apiKey === apis.fetch.key)!
    cluster.on(apis.apiVersions, () => ({
      errorCode: 0,
      apiKeys: cluster
        .apiKeys()
        .map((range) => (range.apiKey === capped.apiKey ? { ...range, maxVersion: 12 } : range)),
    }))
    const reader = consumer()
    reader.assign([{ topic: 't', partition: 0 }])
    assert.deepEqual(await read(clock, reader, 1), ['a'])
    assert.equal(cluster.requests(apis.fetch)[0]!.version, 12)
  })
})

describe('a group', () => {
  test('one member reads everything and leaves its place to the next', async () => {
    const { clock, logs, group, consumer } = setup()
    for (let partition = 0; partition < 4; partition++) logs.append('t', partition, `a${partition}`)
    const first = consumer()
    first.subscribe(['t'])
    const values = await read(clock, first, 4)
    assert.deepEqual(values.sort(), ['a0', 'a1', 'a2', 'a3'])
    await runUntil(clock, first.commit())
    await runUntil(clock, first.close())
    assert.equal(group.members.size, 0)
    logs.append('t', 2, 'b2')
    const second = consumer()
    second.subscribe(['t'])
    assert.deepEqual(await read(clock, second, 1), ['b2'])
  })

  test('eager: all is given up before the group divides anew; commits are made in time', async () => {
    const { clock, logs, group, consumer } = setup()
    for (let partition = 0; partition < 4; partition++) logs.append('t', partition, `a${partition}`, `b${partition}`)
    const [one, two] = [journal(), journal()]
    const first = consumer({ assignors: ['range'], maxPollRecords: 1 })
    first.subscribe(['t'], one.listener)
    const values = await read(clock, first, 3)
    const second = consumer({ assignors: ['range'], maxPollRecords: 1 })
    second.subscribe(['t'], two.listener)
    values.push(...(await pollUntil(clock, [first, second], () => second.assignment().length === 2)))
    assert.deepEqual(one.entries, ['+ t-0 t-1 t-2 t-3', '- t-0 t-1 t-2 t-3', '+ t-0 t-1'])
    assert.deepEqual(two.entries, ['+ t-2 t-3'])
    const allCommitted = (): boolean => [0, 1, 2, 3].every((partition) => group.committed.get(`t-${partition}`) === 2)
    values.push(...(await pollUntil(clock, [first, second], allCommitted)))
    assert.deepEqual(values.sort(), ['a0', 'a1', 'a2', 'a3', 'b0', 'b1', 'b2', 'b3'])
  })

  test('cooperative: members keep what they need not give up', async () => {
    const { clock, consumer } = setup()
    const [one, two] = [journal(), journal()]
    const first = consumer({ assignors: ['cooperative-sticky'] })
    first.subscribe(['t'], one.listener)
    await pollUntil(clock, [first], () => first.assignment().length === 4)
    const second = consumer({ assignors: ['cooperative-sticky'] })
    second.subscribe(['t'], two.listener)
    await pollUntil(clock, [first, second], () => second.assignment().length === 2)
    assert.equal(one.entries[0], '+ t-0 t-1 t-2 t-3')
    assert.equal(one.entries.filter((entry) => entry.startsWith('-')).length, 1)
    assert.equal(first.assignment().length, 2)
    assert.deepEqual([...first.assignment(), ...second.assignment()].map((at) => partitionKey(at)).sort(), [
      't-0',
      't-1',
      't-2',
      't-3',
    ])
  })

  test('when a member goes, the others take over', async () => {
    const { clock, consumer } = setup()
    const [first, second] = [consumer(), consumer()]
    first.subscribe(['t'])
    second.subscribe(['t'])
    await pollUntil(clock, [first, second], () => first.assignment().length === 2 && second.assignment().length === 2)
    await runUntil(clock, first.close())
    await pollUntil(clock, [second], () => second.assignment().length === 4)
  })

  test('a member that the group has gone on without is told that its partitions are lost', async () => {
    const { clock, group, consumer } = setup()
    const { entries, listener } = journal()
    const reader = consumer()
    reader.subscribe(['t'], listener)
    await pollUntil(clock, [reader], () => reader.assignment().length === 4)
    group.remove(Array.from(group.members.keys())[0]!)
    await pollUntil(clock, [reader], () => entries.length === 3)
    assert.deepEqual(entries, ['+ t-0 t-1 t-2 t-3', '! t-0 t-1 t-2 t-3', '+ t-0 t-1 t-2 t-3'])
  })

  test('who does not poll for too long leaves', async () => {
    const { clock, group, consumer } = setup()
    const reader = consumer({ maxPollIntervalMs: 10_000 })
    reader.subscribe(['t'])
    await pollUntil(clock, [reader], () => reader.assignment().length === 4)
    await runUntil(clock, new Promise<void>((resolve) => clock.setTimer(20_000, resolve)))
    assert.equal(group.members.size, 0)
    await pollUntil(clock, [reader], () => group.state === 'Stable')
  })

  test('a static member closes without leaving', async () => {
    const { clock, cluster, group, consumer } = setup()
    const reader = consumer({ groupInstanceId: 'i1' })
    reader.subscribe(['t'])
    await pollUntil(clock, [reader], () => reader.assignment().length === 4)
    await runUntil(clock, reader.close())
    assert.equal(group.members.size, 1)
    assert.equal(cluster.requests(apis.leaveGroup).length, 0)
  })

  test('the coordinator may move', async () => {
    const { clock, cluster, group, consumer } = setup()
    let coordinator = 1
    cluster.withCoordinator(() => coordinator)
    const reader = consumer()
    reader.subscribe(['t'])
    await pollUntil(clock, [reader], () => reader.assignment().length === 4)
    group.refusal = Errors.NOT_COORDINATOR.code
    const commit = reader.commit([{ topic: 't', partition: 0, offset: 7 }])
    clock.setTimer(1_000, () => {
      coordinator = 2
      group.refusal = undefined
    })
    await runUntil(clock, commit)
    assert.equal(cluster.requests(apis.offsetCommit).at(-1)!.nodeId, 2)
    assert.equal(group.committed.get('t-0'), 7)
  })

  test('what makes membership impossible is thrown by poll', async () => {
    const { clock, group, consumer } = setup()
    group.refusal = Errors.GROUP_AUTHORIZATION_FAILED.code
    const reader = consumer()
    reader.subscribe(['t'])
    await assert.rejects(runUntil(clock, reader.poll({ timeoutMs: 60_000 })), { name: 'GROUP_AUTHORIZATION_FAILED' })
  })

  test('a commit by a member of yesterday is refused', async () => {
    const { clock, group, consumer } = setup()
    const reader = consumer({ autoCommit: false })
    reader.subscribe(['t'])
    await pollUntil(clock, [reader], () => reader.assignment().length === 4)
    group.generationId++
    await assert.rejects(runUntil(clock, reader.commit([{ topic: 't', partition: 0, offset: 1 }])), {
      name: 'ILLEGAL_GENERATION',
      retriable: false,
    })
  })

  test('a pattern finds topics, also those that come later', async () => {
    const { clock, logs, consumer } = setup({ 'a-1': 1, 'a-2': 1, b: 1 })
    const reader = consumer()
    reader.subscribe(/^a-/)
    await pollUntil(clock, [reader], () => reader.assignment().length === 2)
    assert.deepEqual(reader.subscription(), ['a-1', 'a-2'])
    logs.addTopic('a-3', 1)
    await runUntil(clock, new Promise<void>((resolve) => clock.setTimer(200_000, resolve)))
    await pollUntil(clock, [reader], () => true)
    await runUntil(clock, new Promise<void>((resolve) => clock.setTimer(99_000, resolve)))
    await pollUntil(clock, [reader], () => reader.assignment().length === 3)
  })

  test('more partitions are noticed by the leader', async () => {
    const { clock, logs, consumer } = setup({ t: 1 })
    const reader = consumer()
    reader.subscribe(['t'])
    await pollUntil(clock, [reader], () => reader.assignment().length === 1)
    logs.addTopic('t', 2)
    reader.client.forgetTopics(['t'])
    await pollUntil(clock, [reader], () => reader.assignment().length === 2)
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AlterConfigsRequest,
  AlterConfigsResponse,
  ApiVersionsRequest,
  ApiVersionsResponse,
  Errors,
  MetadataRequest,
} from '@milena/protocol'
import { captureLogger, systemClock } from '@milena/runtime'
import type { Clock } from '@milena/runtime'
import { allHandlers } from '../handlers/all-handlers.ts'
import { MAX_ELEMENTS, MAX_ELEMENTS_TO_DECIDE } from '../request/request-limits.ts'
import { arrayPaths, LargeRequests } from '../testing/large-request.ts'
import type { Likeness, Values } from '../testing/large-request.ts'
import { RawPeer } from '../testing/raw-peer.ts'
import { TestBroker } from '../testing/test-broker.ts'
import { createTopic } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

const properties = {
  'auto.create.topics.enable': 'false',
  'group.initial.rebalance.delay.ms': '0',
  'share.coordinator.state.topic.num.partitions': '4',
}

/** Things that are there, so that requests get somewhere. */
const valuesWith = (topicId: string): Values => ({
  ...Object.fromEntries(
    ['topic', 'topics', 'name', 'topicName', 'topicNames', 'resourceName'].map((key) => [key, 't']),
  ),
  ...Object.fromEntries(['groupId', 'groupIds', 'groups', 'groupsNames', 'coordinatorKeys'].map((key) => [key, 'g'])),
  topicId,
  memberId: 'AAAAAAAAAAAAAAAAAAAAAQ',
  resourceType: 2,
  numPartitions: 1,
  replicationFactor: 1,
  replicaId: -1,
  sessionEpoch: -1,
  count: 1,
  // Nobody waits for what never comes, and nobody is told to go.
  brokerId: 2,
  sessionTimeoutMs: 6_000,
  validateOnly: true,
})

const LIKENESSES: readonly Likeness[] = ['alike', 'distinct', 'namesakes']

test('each array of each API with many elements: no surprise, and nobody is hurt', async () => {
  const { logger, entries } = captureLogger()
  await using broker = await TestBroker.start({ logger, properties })
  const client = await broker.connect()
  const requests = new LargeRequests(valuesWith(await createTopic(client, 't', { partitions: 3 })))
  for (const { request, versions } of allHandlers) {
    const version = versions.max
    for (const path of arrayPaths(request, version)) {
      for (const likeness of LIKENESSES) {
        const peer = await RawPeer.connect(broker.port)
        peer.socket.end(requests.frame({ message: request, version, path, length: 60, likeness }))
        await peer.ended
      }
    }
  }
  const surprises = entries.filter(({ level }) => level === 'error').map(({ message, fields }) => [message, fields])
  assert.deepEqual(surprises, [])
  assert.equal((await client.send(ApiVersionsRequest, ApiVersionsResponse, 0, {})).errorCode, Errors.NONE.code)
})

test('a request that names more than anybody means is not read', async () => {
  const { logger, entries } = captureLogger()
  await using broker = await TestBroker.start({ logger })
  const requests = new LargeRequests({})
  const request = { message: MetadataRequest, version: 9, path: ['topics'], likeness: 'alike' } as const
  const peer = await RawPeer.connect(broker.port)
  const received = await peer.send(requests.frame({ ...request, length: MAX_ELEMENTS + 1 }))
  assert.equal(received.length, 0)
  assert.match(JSON.stringify(entries.at(-1)?.fields), /too many elements/)
  const other = await broker.connect()
  assert.ok((await other.sendFrame(requests.frame({ ...request, length: MAX_ELEMENTS }))).length > 0)
})

test('what the controller would have to decide at once has a bound of its own', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const alter = async (length: number): Promise<ReadonlySet<number>> => {
    const resource = (index: number) => ({ resourceType: 2, resourceName: `missing-${index}`, configs: [] })
    const body = { resources: Array.from({ length }, (_, index) => resource(index)), validateOnly: true }
    const { responses } = await client.send(AlterConfigsRequest, AlterConfigsResponse, 2, body)
    assert.equal(responses.length, length)
    return new Set(responses.map(({ errorCode }) => errorCode))
  }
  for (let use = 0; use < 4; use++) {
    assert.deepEqual(await alter(MAX_ELEMENTS_TO_DECIDE + 1), new Set([Errors.INVALID_REQUEST.code]))
  }
  assert.deepEqual(await alter(10), new Set([Errors.UNKNOWN_TOPIC_OR_PARTITION.code]))
})

/** A clock on which whoever looks at it finds that a millisecond has passed: turns end after so much work. */
class CountingClock implements Clock {
  turns = 0
  #nowMs = 0

  nowMs(): number {
    return systemClock.nowMs()
  }

  monotonicMs(): number {
    return this.#nowMs++
  }

  setTimer(delayMs: number, callback: () => void): ReturnType<Clock['setTimer']> {
    if (delayMs === 0) this.turns += 1
    return systemClock.setTimer(delayMs, callback)
  }
}

/** Arrays whose elements are looked at one by one, with other people's turns in between. */
const inTurns: Readonly<Record<string, readonly string[]>> = {
  AddPartitionsToTxn: ['transactions'],
  AlterReplicaLogDirs: ['dirs', 'topics', 'partitions'],
  DeleteRecords: ['topics'],
  DeleteShareGroupState: ['topics', 'partitions'],
  DescribeConfigs: ['resources'],
  DescribeProducers: ['topics'],
  DescribeShareGroupOffsets: ['groups'],
  DescribeTransactions: ['transactionalIds'],
  FindCoordinator: ['coordinatorKeys'],
  InitializeShareGroupState: ['topics'],
  ListOffsets: ['topics', 'partitions'],
  OffsetFetch: ['groups'],
  OffsetForLeaderEpoch: ['topics', 'partitions'],
  ReadShareGroupState: ['topics'],
  ReadShareGroupStateSummary: ['topics'],
  ShareGroupDescribe: ['groupIds'],
  WriteShareGroupState: ['topics', 'partitions'],
  WriteTxnMarkers: ['markers'],
}

/** Groups of one partition are asked about together, some at a time, and so take fewer turns. */
const inBunches: typeof inTurns = {
  ConsumerGroupDescribe: ['groupIds'],
  DeleteGroups: ['groupsNames'],
  DescribeGroups: ['groups'],
}
const BUNCH = 16

/** Batches of 64, and a turn ends when the clock has been looked at five times. */
const leastTurns = (steps: number): number => Math.floor(steps / 64 / 6)

const hostileRequests = [
  ...Object.entries(inTurns).map(([name, path]) => ({ name, path, length: 2_000, steps: 2_000 })),
  ...Object.entries(inBunches).map(([name, path]) => ({ name, path, length: 20_000, steps: 20_000 / BUNCH })),
]

/** Asks one thing after the other until told to stop. */
async function count(client: WireClient, isOver: () => boolean): Promise<number> {
  let answers = 0
  for (; !isOver(); answers++) await client.send(ApiVersionsRequest, ApiVersionsResponse, 0, {})
  return answers
}

test('whoever names very many things waits for their answer alone', async (t) => {
  const clock = new CountingClock()
  await using broker = await TestBroker.start({ clock, properties })
  const healthy = await broker.connect()
  const requests = new LargeRequests(valuesWith(await createTopic(healthy, 't', { partitions: 3 })))
  for (const { name, path, length, steps } of hostileRequests) {
    const api = allHandlers.find((each) => each.name === name)
    assert.ok(api !== undefined)
    await t.test(name, async () => {
      const { request: message, versions } = api
      const hostile = await broker.connect()
      const frame = requests.frame({ message, version: versions.max, path, length, likeness: 'distinct' })
      clock.turns = 0
      let isOver = false
      const others = count(healthy, () => isOver)
      const answer = await hostile.sendFrame(frame)
      isOver = true
      assert.ok(answer.length > length, 'each of them is answered')
      assert.ok(clock.turns >= leastTurns(steps), `${clock.turns} turns`)
      assert.ok((await others) > 2, `${await others} answers for others meanwhile`)
      await hostile.close()
    })
  }
})

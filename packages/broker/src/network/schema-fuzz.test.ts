import assert from 'node:assert/strict'
import { test } from 'node:test'
import { captureLogger, SeededRandom } from '@milena/runtime'
import { allHandlers } from '../handlers/all-handlers.ts'
import { RandomRequests } from '../testing/random-request.ts'
import { RawPeer } from '../testing/raw-peer.ts'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchFrom, produceTo } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

const ROUNDS = 8
/** Peers that are still there when the next one comes; some of them wait for what never happens. */
const PEERS = 100
const SEED = 20_261_123

/** Works on as if nobody else were there, until told to stop. */
async function workHealthily(client: WireClient, isOver: () => boolean): Promise<number> {
  let offset = 0
  for (; !isOver(); offset++) {
    const { errorCode, baseOffset } = await produceTo(client, 'events', batchOf([`${offset}`]))
    assert.deepEqual({ errorCode, baseOffset }, { errorCode: 0, baseOffset: offset })
    assert.equal((await fetchFrom(client, 'events', offset)).highWatermark, offset + 1)
  }
  return offset
}

function countAnswers(received: Buffer): number {
  let count = 0
  for (let at = 0; at < received.length; at += 4 + received.readInt32BE(at)) count += 1
  return count
}

test('requests of every API in every version, with anything in them: an answer for each, nothing held, nobody hurt', async () => {
  const { logger, entries } = captureLogger()
  const properties = {
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': '0',
    'share.coordinator.state.topic.num.partitions': '4',
  }
  await using broker = await TestBroker.start({ logger, properties })
  const client = await broker.connect()
  await createTopic(client, 'events')
  const topicId = await createTopic(client, 'fuzz', { partitions: 2 })
  const topics = ['fuzz', 'fuzz', 'missing', '']
  const random = new SeededRandom(SEED)
  const requests = new RandomRequests(random, {
    topic: topics,
    topics,
    topicName: topics,
    topicNames: topics,
    topicId: [topicId, topicId, 'AAAAAAAAAAAAAAAAAAAAAQ'],
    subscribedTopicNames: topics,
  })
  const frames = Array.from({ length: ROUNDS }, () =>
    allHandlers.flatMap(({ request, versions: { min, max } }) =>
      Array.from({ length: max - min + 1 }, (_, index) => ({
        frame: requests.frame(request, min + index, 'fuzz'),
        turn: random.int(1_000_000),
      })),
    ),
  )
    .flat()
    .toSorted((left, right) => left.turn - right.turn)
    .map(({ frame }) => frame)
  let isOver = false
  const healthy = workHealthily(client, () => isOver)
  const peers: RawPeer[] = []
  let answers = 0
  const end = async (peer: RawPeer): Promise<void> => {
    peer.socket.end()
    answers += countAnswers(await peer.ended)
  }
  const sent = frames.length
  while (frames.length > 0) {
    const peer = await RawPeer.connect(broker.port)
    peers.push(peer)
    for (const frame of frames.splice(0, 1 + random.int(4))) peer.socket.write(frame)
    if (peers.length > PEERS) await end(peers.shift()!)
  }
  await Promise.all(peers.map(end))
  isOver = true
  assert.ok((await healthy) > 0)
  while (broker.broker.pressure.connections > 1) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(broker.broker.pressure, { connections: 1, requestBytes: 0, responseBytes: 0 })
  // A surprise is logged as an error, and each is a bug: somebody may be told UNKNOWN_SERVER_ERROR, but not by accident.
  assert.deepEqual(
    entries.filter(({ level }) => level === 'error').map(({ message, fields }) => [message, fields]),
    [],
  )
  assert.ok(answers > sent / 2, `${answers} answers to ${sent} requests (seed ${SEED})`)
})

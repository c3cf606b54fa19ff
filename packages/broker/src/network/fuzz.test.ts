import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  apis,
  CreateTopicsRequest,
  encodeRequestFrame,
  FetchRequest,
  JoinGroupRequest,
  ListOffsetsRequest,
  MetadataRequest,
  OffsetCommitRequest,
  ProduceRequest,
} from '@milena/protocol'
import { captureLogger, SeededRandom } from '@milena/runtime'
import { RawPeer } from '../testing/raw-peer.ts'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchBody, fetchFrom, produceBody, produceTo } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

const FRAMES = 10_000
const PEERS = 40
const SEED = 20_261_122

/** Frames that a client might send; the topics and groups in them are none that the healthy client uses. */
function wellFormedFrames(): Buffer[] {
  const clientId = 'fuzz'
  const records = batchOf(['a', 'b', 'c'])
  const topics = [{ name: 'fuzz', partitions: [{ partitionIndex: 0, timestamp: -1 }] }]
  const committed = [{ name: 'fuzz', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] }]
  const join = { groupId: 'fuzz', sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 1000, memberId: '' }
  const protocols = [{ name: 'range', metadata: new Uint8Array(20) }]
  const created = [{ name: 'fuzz', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }]
  const commit = { groupId: 'fuzz', topics: committed }
  const request = { clientId, correlationId: 9 }
  return [
    ...[3, 7, 9, 12].map((version) =>
      encodeRequestFrame({
        ...request,
        message: ProduceRequest,
        version,
        body: produceBody('fuzz', [{ index: 0, records }]),
      }),
    ),
    ...[4, 7, 12].map((version) =>
      encodeRequestFrame({ ...request, message: FetchRequest, version, body: fetchBody('fuzz', [{ fetchOffset: 0 }]) }),
    ),
    ...[0, 1, 9, 12].map((version) =>
      encodeRequestFrame({ ...request, message: MetadataRequest, version, body: { topics: [{ name: 'fuzz' }] } }),
    ),
    encodeRequestFrame({ ...request, message: ListOffsetsRequest, version: 7, body: { replicaId: -1, topics } }),
    encodeRequestFrame({ ...request, message: OffsetCommitRequest, version: 8, body: commit }),
    encodeRequestFrame({ ...request, message: CreateTopicsRequest, version: 5, body: { topics: created } }),
    encodeRequestFrame({
      ...request,
      message: JoinGroupRequest,
      version: 5,
      body: { ...join, protocolType: 'consumer', protocols },
    }),
  ].map((chunks) => Buffer.concat(chunks))
}

/** One of: noise, a known header before noise, a good frame with a few bytes changed, cut off, or with a wrong length. */
function hostileFrame(random: SeededRandom, wellFormed: readonly Buffer[]): Buffer {
  const kind = random.int(10)
  if (kind === 0) return Buffer.from(random.bytes(1 + random.int(300)))
  if (kind <= 2) {
    const body = Buffer.from(random.bytes(12 + random.int(200)))
    body.writeInt16BE(apis[random.int(apis.length)]!.key, 0)
    body.writeInt16BE(random.int(14), 2)
    const prefix = Buffer.alloc(4)
    prefix.writeInt32BE(body.length)
    return Buffer.concat([prefix, body])
  }
  const frame = Buffer.from(wellFormed[random.int(wellFormed.length)]!)
  if (kind === 3) return frame.subarray(0, random.int(frame.length))
  if (kind === 4) frame.writeInt32BE(random.int(2 * frame.length), 0)
  // The length and the key stay: what is behind them is what shall be tried.
  const changes = 1 + random.int(6)
  for (let i = 0; i < changes; i++) frame[6 + random.int(frame.length - 6)] = random.int(256)
  return frame
}

async function attack(port: number, random: SeededRandom, frames: number): Promise<void> {
  const wellFormed = wellFormedFrames()
  for (let i = 0; i < frames;) {
    const peer = await RawPeer.connect(port)
    // Some peers say one thing, some say many; none of them waits for answers.
    const last = Math.min(frames, i + 1 + random.int(8))
    for (; i < last; i++) peer.socket.write(hostileFrame(random, wellFormed))
    peer.socket.end()
    await peer.ended
  }
}

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

function usedBytes(): number {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  gc()
  gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test(`${FRAMES} random and mutated frames: the broker lives, holds nothing, and a healthy client sees no error`, async () => {
  const { logger, entries } = captureLogger()
  await using broker = await TestBroker.start({ logger, properties: { 'auto.create.topics.enable': 'false' } })
  const client = await broker.connect()
  await createTopic(client, 'events')
  const random = new SeededRandom(SEED)
  // The first thousand warm everything up that is compiled or cached for good.
  await attack(broker.port, random, 1000)
  const before = usedBytes()
  let isOver = false
  const healthy = workHealthily(client, () => isOver)
  const share = (FRAMES - 1000) / PEERS
  await Promise.all(Array.from({ length: PEERS }, () => attack(broker.port, random, share)))
  isOver = true
  assert.ok((await healthy) > 0)
  while (broker.broker.pressure.connections > 1) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(broker.broker.pressure, { connections: 1, requestBytes: 0, responseBytes: 0 })
  // Nothing that a stranger sends is a surprise: surprises are logged as errors.
  assert.deepEqual(
    entries.filter(({ level }) => level === 'error'),
    [],
  )
  const growth = usedBytes() - before
  assert.ok(growth < 24 << 20, `grew by ${growth} bytes (seed ${SEED})`)
})

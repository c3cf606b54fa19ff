// `npm run bench:partitions [-- --only milena|kafka] [--partitions N] [--durability auto|os]`: what ten thousand
// partitions on one node cost, beside Apache Kafka: one after the other, by the same client, on this machine.
//
// Ten topics are made, and every partition gets one record with acks=all, one request a partition, from several
// connections with a window each. Then the broker rests, is stopped in order, started, given a second record for every
// partition, killed, and started again: so the recovery finds something behind the recovery point in every log.
// Both brokers are processes of their own with their defaults; Apache Kafka has the heap that its start script gives.
// `--bare` tells before all else what the file system itself takes for the files of the first records.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import {
  CreateTopicsRequest,
  CreateTopicsResponse,
  decode,
  decodeResponseHeader,
  encodeRequestFrame,
  Errors,
  MetadataRequest,
  MetadataResponse,
  ProduceRequest,
  ProduceResponse,
} from '@milena/protocol'
import { buildBatch } from '@milena/records'
import { makeBareLogs, quietFolder } from './quiet-folder.ts'
import { type BrokerKind, type BrokerProcess, startBroker } from '../interop/support/broker-process.ts'
import { connect, type Connection } from './connection.ts'

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    partitions: { type: 'string', default: '10000' },
    durability: { type: 'string', default: 'auto' },
    bare: { type: 'boolean', default: false },
  },
})
const TOPICS = 10
const PARTITIONS_IN_TOPIC = Math.ceil(Number(flags.partitions) / TOPICS)
const CONNECTIONS = 4
const WINDOW = 25
const GIVE_UP_MS = 120_000
const RETRY_MS = 20
/** Both do some work after the writes, which is not what rest costs. */
const SETTLE_MS = 15_000
/** A whole minute: a checkpoint of the recovery points falls into it, and the first look for what may be deleted. */
const REST_MS = 60_000
const TICKS_A_SECOND = 100
const CREATE_TOPICS_VERSION = 5
const METADATA_VERSION = 9
const PRODUCE_VERSION = 9

type Figures = Map<string, string>

const request = { correlationId: 1, clientId: 'bench' }
const topicNames = Array.from({ length: TOPICS }, (_, index) => `topic-${index}`)
const record = { timestamp: Date.now(), key: null, value: new TextEncoder().encode('one record') }
const batch = buildBatch({ records: [record] })

/** As long as a broker that has just made or opened the partition does not serve it yet. */
const retriable = new Set<number>(
  [Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.NOT_LEADER_OR_FOLLOWER, Errors.LEADER_NOT_AVAILABLE].map(
    ({ code }) => code,
  ),
)

/** One request a topic: a request that makes more than 10,000 records of metadata is refused by both. */
async function createTopic(connection: Connection, name: string): Promise<void> {
  const topic = { name, numPartitions: PARTITIONS_IN_TOPIC, replicationFactor: 1, assignments: [], configs: [] }
  const message = { ...request, message: CreateTopicsRequest, version: CREATE_TOPICS_VERSION }
  const body = { topics: [topic], timeoutMs: 60_000 }
  const frame = await connection.send(Buffer.concat(encodeRequestFrame({ ...message, body })))
  const { bodyOffset } = decodeResponseHeader(frame, CreateTopicsResponse, CREATE_TOPICS_VERSION)
  const { errorCode } = decode(CreateTopicsResponse, CREATE_TOPICS_VERSION, frame, bodyOffset).topics[0]!
  if (errorCode !== Errors.NONE.code) throw new Error(`CreateTopics: error ${errorCode}`)
}

async function produceOne(connection: Connection, topic: string, index: number): Promise<void> {
  const topicData = [{ name: topic, partitionData: [{ index, records: batch }] }]
  const body = { acks: -1, timeoutMs: 60_000, topicData }
  const message = { ...request, message: ProduceRequest, version: PRODUCE_VERSION }
  const bytes = Buffer.concat(encodeRequestFrame({ ...message, body }))
  const deadline = performance.now() + GIVE_UP_MS
  for (;;) {
    const frame = await connection.send(bytes)
    const { bodyOffset } = decodeResponseHeader(frame, ProduceResponse, PRODUCE_VERSION)
    const { errorCode } = decode(ProduceResponse, PRODUCE_VERSION, frame, bodyOffset).responses[0]!
      .partitionResponses[0]!
    if (errorCode === Errors.NONE.code) return
    if (!retriable.has(errorCode) || performance.now() > deadline) throw new Error(`Produce: error ${errorCode}`)
    await sleep(RETRY_MS)
  }
}

async function produceToAll(port: number): Promise<void> {
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => connect(port, GIVE_UP_MS)))
  const targets = topicNames
    .flatMap((topic) => Array.from({ length: PARTITIONS_IN_TOPIC }, (_, index) => ({ topic, index })))
    .values()
  const work = async (connection: Connection): Promise<void> => {
    for (const { topic, index } of targets) await produceOne(connection, topic, index)
  }
  await Promise.all(connections.flatMap((connection) => Array.from({ length: WINDOW }, () => work(connection))))
  for (const connection of connections) connection.close()
}

async function readMetadata(connection: Connection): Promise<void> {
  const message = { ...request, message: MetadataRequest, version: METADATA_VERSION }
  const frame = await connection.send(Buffer.concat(encodeRequestFrame({ ...message, body: { topics: null } })))
  const { bodyOffset } = decodeResponseHeader(frame, MetadataResponse, METADATA_VERSION)
  const { topics } = decode(MetadataResponse, METADATA_VERSION, frame, bodyOffset)
  const partitions = topics.reduce((sum, topic) => sum + topic.partitions.length, 0)
  if (partitions < TOPICS * PARTITIONS_IN_TOPIC) throw new Error(`Metadata: only ${partitions} partitions`)
}

async function firstWrite(broker: BrokerProcess): Promise<void> {
  const connection = await connect(broker.port, GIVE_UP_MS)
  await produceOne(connection, topicNames[0]!, 0)
  connection.close()
}

function residentMb(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1] ?? Number.NaN) / 1024
}

function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
}

async function secondsOf(work: () => Promise<unknown>): Promise<string> {
  const start = performance.now()
  await work()
  return `${((performance.now() - start) / 1000).toFixed(2)} s`
}

async function measure(
  kind: BrokerKind,
  note: (what: string, figure: string) => void,
  leftovers: AsyncDisposableStack,
): Promise<void> {
  const properties: Record<string, string> = kind === 'milena' ? { 'milena.durability': flags.durability } : {}
  let broker = await startBroker({
    kind,
    properties,
    javaHeap: ['-Xms1g', '-Xmx1g'],
    patienceMs: { start: GIVE_UP_MS, stop: GIVE_UP_MS },
  })
  try {
    const connection = await connect(broker.port, GIVE_UP_MS)
    const createTopics = async (): Promise<void> => {
      for (const name of topicNames) await createTopic(connection, name)
    }
    note('create 10 topics', await secondsOf(createTopics))
    note('first record to each', await secondsOf(() => produceToAll(broker.port)))
    note('metadata of all', await secondsOf(() => readMetadata(connection)))
    connection.close()
    await sleep(SETTLE_MS)
    const before = processorSeconds(broker.pid)
    await sleep(REST_MS)
    const share = (processorSeconds(broker.pid) - before) / (REST_MS / 1000)
    note('processor at rest', `${(share * 100).toFixed(1)} %`)
    note('resident', `${residentMb(broker.pid).toFixed(0)} MB`)
    note('open files', String(readdirSync(`/proc/${broker.pid}/fd`).length))
    note('clean stop', await secondsOf(() => broker.stop()))
    const restart = async (): Promise<void> => {
      broker = await broker.restart()
      await firstWrite(broker)
    }
    note('start to first ack after it', await secondsOf(restart))
    note('resident then', `${residentMb(broker.pid).toFixed(0)} MB`)
    note('second record to each', await secondsOf(() => produceToAll(broker.port)))
    await broker.kill()
    note('start to first ack after kill -9', await secondsOf(restart))
    note('resident after recovery', `${residentMb(broker.pid).toFixed(0)} MB`)
  } catch (error) {
    console.error(broker.output().slice(-4000))
    throw error
  } finally {
    await broker.kill()
    leftovers.use(broker)
  }
}

const root = path.dirname(import.meta.dirname)
spawnSync(process.execPath, [path.join(root, 'tools', 'bundle.mjs')], { stdio: 'inherit' })
const kinds: readonly BrokerKind[] =
  flags.only === undefined ? ['milena', 'apache'] : [flags.only === 'kafka' ? 'apache' : 'milena']
const results: Figures[] = []
// The folders go at the end, all at once: making files right after thousands were removed is another matter.
await using leftovers = new AsyncDisposableStack()
const folder = await quietFolder(console.log)
leftovers.defer(() => rmSync(folder, { recursive: true, force: true }))
process.env['TMPDIR'] = folder
if (flags.bare) {
  const logs = TOPICS * PARTITIONS_IN_TOPIC
  const figure = await secondsOf(() => makeBareLogs(path.join(folder, 'bare'), logs))
  console.log(`\nBare, the files of ${logs} partitions ${figure.padStart(10)}`)
}
for (const kind of kinds) {
  const figures: Figures = new Map()
  results.push(figures)
  console.log(`\n${kind === 'apache' ? 'Apache Kafka 4.3.1' : 'Milena'}, ${TOPICS * PARTITIONS_IN_TOPIC} partitions`)
  await measure(
    kind,
    (what, figure) => {
      figures.set(what, figure)
      console.log(`  ${what.padEnd(34)} ${figure.padStart(10)}`)
    },
    leftovers,
  )
}
if (results.length > 1) {
  console.log(`\n${''.padEnd(36)} ${'Milena'.padStart(10)} ${'Kafka'.padStart(10)}`)
  for (const [what, own] of results[0]!) {
    console.log(`  ${what.padEnd(34)} ${own.padStart(10)} ${results[1]!.get(what)!.padStart(10)}`)
  }
}

// `npm run bench:produce [-- ROUNDS] [--against FOLDER]`: what plain writing and reading cost the broker: seconds of
// its processor a gigabyte, for batches of 100 records of 1 KB and for requests of one small record.
//
// One connection keeps a window of produce frames with acks=1 under way, all of them the same bytes, and then fetches
// everything back. The broker is a process of its own, started from its bundle; only its own time counts (utime and
// stime of /proc/PID/stat), so that the measurement bears other load on the machine. With `--against` the broker of
// another checkout takes turns with this one, and the ratio of the medians is printed.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import {
  CreateTopicsRequest,
  decode,
  decodeResponseHeader,
  encodeRequestFrame,
  FetchRequest,
  FetchResponse,
  ProduceRequest,
} from '@milena/protocol'
import { buildBatch } from '@milena/records'
import { connect, type Connection } from './connection.ts'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const { values: flags, positionals } = parseArgs({
  options: { against: { type: 'string' } },
  allowPositionals: true,
})
const ROUNDS = Number(positionals[0] ?? 5)
const IN_FLIGHT = 16
const GIVE_UP_MS = 30_000
const TICKS_A_SECOND = 100
const FETCH_VERSION = 11
const TOPIC = 'bench'

interface Workload {
  readonly name: string
  readonly recordsInBatch: number
  readonly valueBytes: number
  readonly requests: number
  /** What the figures are divided by. */
  readonly unit: 'GB' | '100,000 requests'
}

const workloads: readonly Workload[] = [
  { name: 'batches of 100 × 1 KB', recordsInBatch: 100, valueBytes: 1000, requests: 6000, unit: 'GB' },
  { name: 'one record of 100 bytes', recordsInBatch: 1, valueBytes: 100, requests: 60_000, unit: '100,000 requests' },
]

interface Cost {
  readonly produce: number
  readonly fetch: number
}

async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const request = { correlationId: 1, clientId: 'bench' }

function createTopicFrame(): Buffer {
  const topics = [{ name: TOPIC, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }]
  return Buffer.concat(encodeRequestFrame({ ...request, message: CreateTopicsRequest, version: 5, body: { topics } }))
}

function produceFrame({ recordsInBatch, valueBytes }: Workload): Buffer {
  const value = new Uint8Array(valueBytes).map((_, index) => index * 31)
  const record = { timestamp: Date.now(), key: null, value }
  const records = buildBatch({ records: Array.from({ length: recordsInBatch }, () => record) })
  const topicData = [{ name: TOPIC, partitionData: [{ index: 0, records }] }]
  const body = { acks: 1, timeoutMs: 10_000, topicData }
  return Buffer.concat(encodeRequestFrame({ ...request, message: ProduceRequest, version: 9, body }))
}

function fetchFrame(fetchOffset: number): Buffer {
  const partitions = [{ partition: 0, currentLeaderEpoch: -1, fetchOffset, partitionMaxBytes: 1 << 20 }]
  const body = {
    maxWaitMs: 500,
    minBytes: 1,
    maxBytes: 1 << 20,
    sessionEpoch: -1,
    topics: [{ topic: TOPIC, partitions }],
  }
  return Buffer.concat(encodeRequestFrame({ ...request, message: FetchRequest, version: FETCH_VERSION, body }))
}

async function produceAll(connection: Connection, workload: Workload): Promise<void> {
  const frame = produceFrame(workload)
  let left = workload.requests
  const pipeline = async (): Promise<void> => {
    while (left-- > 0) await connection.send(frame)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, pipeline))
}

/** Answers of 1 MB one after another up to the end. A request that asks for small records asks for few at a time. */
async function fetchAll(connection: Connection, { recordsInBatch, requests }: Workload): Promise<void> {
  for (let offset = 0; offset < recordsInBatch * requests;) {
    const frame = await connection.send(fetchFrame(offset))
    const { bodyOffset } = decodeResponseHeader(frame, FetchResponse, FETCH_VERSION)
    const { responses } = decode(FetchResponse, FETCH_VERSION, frame, bodyOffset)
    const records = Buffer.from(responses[0]!.partitions[0]!.records ?? new Uint8Array(0))
    for (let at = 0; at + 12 <= records.length; at += 12 + records.readInt32BE(at + 8)) {
      if (at + 12 + records.readInt32BE(at + 8) <= records.length) {
        offset = Number(records.readBigInt64BE(at)) + recordsInBatch
      }
    }
  }
}

function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
}

async function stop(broker: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => broker.once('exit', resolve))
  broker.kill('SIGTERM')
  await gone
}

async function measure(checkout: string, workload: Workload): Promise<Cost> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-bench-produce-'))
  const port = await freePort()
  const command = [path.join(checkout, 'packages/milena/bin/milena.js'), '--port', String(port), '--data', folder]
  const broker = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] })
  try {
    const connection = await connect(port, GIVE_UP_MS)
    await connection.send(createTopicFrame())
    const amount =
      workload.unit === 'GB' ? (workload.requests * produceFrame(workload).length) / 1e9 : workload.requests / 100_000
    const start = processorSeconds(broker.pid!)
    await produceAll(connection, workload)
    const middle = processorSeconds(broker.pid!)
    await fetchAll(connection, workload)
    const end = processorSeconds(broker.pid!)
    connection.close()
    return { produce: (middle - start) / amount, fetch: (end - middle) / amount }
  } finally {
    await stop(broker)
    rmSync(folder, { recursive: true })
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

function seconds(values: readonly number[]): string {
  return `${median(values).toFixed(3)} s (${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)})`
}

const checkouts = [root, ...(flags.against === undefined ? [] : [path.resolve(flags.against)])]
for (const checkout of checkouts) {
  spawnSync(process.execPath, [path.join(checkout, 'tools', 'bundle.mjs')], { stdio: 'inherit' })
}
for (const workload of workloads) {
  const costs: Cost[][] = checkouts.map(() => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, checkout] of checkouts.entries()) costs[index]!.push(await measure(checkout, workload))
  }
  for (const what of ['produce', 'fetch'] as const) {
    const [own, other] = costs.map((runs) => runs.map((cost) => cost[what]))
    console.log(`${what.padEnd(8)} ${workload.name}: ${seconds(own!)} a ${workload.unit}`)
    if (other === undefined) continue
    console.log(
      `${''.padEnd(8)} ${flags.against}: ${seconds(other)}, ratio ${(median(own!) / median(other)).toFixed(3)}`,
    )
  }
}

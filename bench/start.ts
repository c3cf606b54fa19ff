// `npm run bench:start [-- RUNS]`: how long from the start of the process to the first acknowledged acks=all write
// on an empty folder, and how much memory the broker then holds when idle.
//
// The command is started as `npm start` starts it, from its bundle. The first run is printed and not counted: it fills
// the compile cache, as the first start on a machine does.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateTopicsRequest,
  CreateTopicsResponse,
  decode,
  decodeResponseHeader,
  encodeRequestFrame,
  Errors,
  ProduceRequest,
  ProduceResponse,
} from '@milena/protocol'
import { buildBatch } from '@milena/records'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const RUNS = Number(process.argv[2] ?? 10)
const GIVE_UP_MS = 30_000
const RETRY_MS = 1
const IDLE_MS = 2_000
const CREATE_TOPICS_VERSION = 5
const PRODUCE_VERSION = 9

interface Run {
  readonly firstAckMs: number
  readonly idleRssMb: number
}

/** One connection that sends a frame and waits for the answer to it. */
class Connection {
  readonly #socket: net.Socket
  #received = Buffer.alloc(0)
  #answer: ((frame: Buffer) => void) | undefined

  private constructor(socket: net.Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk])
      if (this.#received.length < 4) return
      const end = 4 + this.#received.readInt32BE(0)
      if (this.#received.length < end) return
      const frame = this.#received.subarray(4, end)
      this.#received = this.#received.subarray(end)
      this.#answer?.(frame)
    })
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(new Connection(socket)))
      socket.once('error', reject)
    })
  }

  send(frame: readonly Uint8Array[]): Promise<Buffer> {
    return new Promise((resolve) => {
      this.#answer = resolve
      this.#socket.write(Buffer.concat(frame))
    })
  }

  close(): void {
    this.#socket.destroy()
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function connect(port: number, deadline: number): Promise<Connection> {
  for (;;) {
    try {
      return await Connection.open(port)
    } catch (error) {
      if (performance.now() > deadline) throw new Error('the port did not open in time', { cause: error })
      await sleep(RETRY_MS)
    }
  }
}

function createTopicFrame(topic: string): Uint8Array[] {
  return encodeRequestFrame({
    message: CreateTopicsRequest,
    version: CREATE_TOPICS_VERSION,
    correlationId: 1,
    clientId: 'bench',
    body: { topics: [{ name: topic, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }] },
  })
}

function produceFrame(topic: string): Uint8Array[] {
  const value = new TextEncoder().encode('first')
  const records = buildBatch({ records: [{ timestamp: Date.now(), key: null, value }] })
  return encodeRequestFrame({
    message: ProduceRequest,
    version: PRODUCE_VERSION,
    correlationId: 2,
    clientId: 'bench',
    body: { acks: -1, timeoutMs: 10_000, topicData: [{ name: topic, partitionData: [{ index: 0, records }] }] },
  })
}

async function createTopic(connection: Connection, topic: string): Promise<void> {
  const frame = await connection.send(createTopicFrame(topic))
  const { bodyOffset } = decodeResponseHeader(frame, CreateTopicsResponse, CREATE_TOPICS_VERSION)
  const { topics } = decode(CreateTopicsResponse, CREATE_TOPICS_VERSION, frame, bodyOffset)
  if (topics[0]?.errorCode !== Errors.NONE.code) throw new Error(`CreateTopics: error ${topics[0]?.errorCode}`)
}

async function produceOne(connection: Connection, topic: string, deadline: number): Promise<void> {
  for (;;) {
    const frame = await connection.send(produceFrame(topic))
    const { bodyOffset } = decodeResponseHeader(frame, ProduceResponse, PRODUCE_VERSION)
    const { responses } = decode(ProduceResponse, PRODUCE_VERSION, frame, bodyOffset)
    const errorCode = responses[0]?.partitionResponses[0]?.errorCode
    if (errorCode === Errors.NONE.code) return
    if (performance.now() > deadline) throw new Error(`Produce: error ${errorCode}`)
    await sleep(RETRY_MS)
  }
}

function rssMb(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1] ?? Number.NaN) / 1024
}

async function stop(broker: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => broker.once('exit', resolve))
  broker.kill('SIGTERM')
  await gone
}

async function run(): Promise<Run> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-bench-start-'))
  const port = await freePort()
  const started = performance.now()
  const command = [path.join(root, 'packages/milena/bin/milena.js'), '--port', String(port), '--data', folder]
  const broker = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] })
  try {
    const deadline = started + GIVE_UP_MS
    const connection = await connect(port, deadline)
    await createTopic(connection, 'first')
    await produceOne(connection, 'first', deadline)
    const firstAckMs = performance.now() - started
    connection.close()
    await sleep(IDLE_MS)
    return { firstAckMs, idleRssMb: rssMb(broker.pid!) }
  } finally {
    await stop(broker)
    rmSync(folder, { recursive: true })
  }
}

function line(label: string, unit: string, values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (fraction: number): string => sorted[Math.floor((sorted.length - 1) * fraction)]!.toFixed(0).padStart(5)
  return `${label.padEnd(44)} min ${at(0)} ${unit}   median ${at(0.5)} ${unit}   max ${at(1)} ${unit}`
}

spawnSync(process.execPath, [path.join(root, 'tools', 'bundle.mjs')], { stdio: 'inherit' })
const warmUp = await run()
console.log(`first run, not counted: ${warmUp.firstAckMs.toFixed(0)} ms, ${warmUp.idleRssMb.toFixed(0)} MB`)
const runs: Run[] = []
for (let index = 0; index < RUNS; index++) runs.push(await run())
console.log(`${RUNS} runs on ${os.availableParallelism()} cores, Node ${process.version}`)
console.log(
  line(
    'process start to first acks=all write',
    'ms',
    runs.map(({ firstAckMs }) => firstAckMs),
  ),
)
console.log(
  line(
    'resident, idle',
    'MB',
    runs.map(({ idleRssMb }) => idleRssMb),
  ),
)

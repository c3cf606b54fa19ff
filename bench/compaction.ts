// `npm run bench:compaction [-- MEGABYTES KEYS]`: a topic of 1 GB and 100,000 keys is cleaned while one connection
// produces and two consume, one at the tail and one again and again from the begin.
//
// Printed are the time between a produce request and its answer (acks=all, so behind an fdatasync) while nothing is
// cleaned and while it is, and what the cleaning left. Afterwards every record is read back and compared with what was
// produced: before the offset up to which the topic is clean exactly the last record of each key is there, behind it
// every record. The consumer at the tail must have seen every offset, and each pass from the begin every key.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { batches } from '@milena/records'
import { CompactionClient, TOPIC } from './compaction-client.ts'
import { History } from './compaction-history.ts'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const { positionals } = parseArgs({ allowPositionals: true })
const TOTAL_BYTES = Number(positionals[0] ?? 1000) * 1e6
const KEYS = Number(positionals[1] ?? 100_000)
const QUIET_MS = 15_000
/** Between produce requests, of ten records each. */
const PAUSE_MS = 5
const RECORDS_A_REQUEST = 10
const GIVE_UP_MS = 240_000
const TIMES_ALLOWED = 2

async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function start(port: number, folder: string): ChildProcess {
  const flags = ['--port', String(port), '--data', folder, '--log.cleaner.backoff.ms=500']
  const command = [path.join(root, 'packages/milena/bin/milena.js'), ...flags]
  return spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] })
}

async function stop(broker: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => broker.once('exit', resolve))
  broker.kill('SIGTERM')
  await gone
}

/** Up to where the cleaner says that the topic is clean. */
function cleanedOffset(folder: string): number {
  try {
    const text = readFileSync(path.join(folder, 'cleaner-offset-checkpoint'), 'utf8')
    return Number(new RegExp(`^${TOPIC} 0 (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** Writes the whole topic, as fast as it goes. */
async function fill(client: CompactionClient, history: History): Promise<void> {
  const inFlight = new Set<Promise<unknown>>()
  while (history.sizeInBytes < TOTAL_BYTES) {
    const sent = client.produce(history.nextBatch(100), 1)
    inFlight.add(sent)
    void sent.finally(() => inFlight.delete(sent))
    if (inFlight.size >= 16) await Promise.race(inFlight)
  }
  await Promise.all(inFlight)
}

/** What goes on beside the cleaning. */
class Traffic {
  readonly #client: CompactionClient
  readonly #history: History
  readonly #latencies: number[] = []
  #isOver = false
  readonly #running: Promise<unknown>
  passes = 0

  constructor(clients: readonly CompactionClient[], history: History) {
    this.#client = clients[0]!
    this.#history = history
    this.#running = Promise.all([this.#produce(), this.#followTail(clients[1]!), this.#readAll(clients[2]!)])
  }

  /** The latencies of the requests that were sent while `work` went on, in milliseconds. */
  async during(work: () => Promise<void>): Promise<number[]> {
    const from = this.#latencies.length
    await Promise.race([work(), this.#running])
    return this.#latencies.slice(from).toSorted((left, right) => left - right)
  }

  async end(): Promise<void> {
    this.#isOver = true
    await this.#running
  }

  async #produce(): Promise<void> {
    while (!this.#isOver) {
      const batch = this.#history.nextBatch(RECORDS_A_REQUEST)
      const startMs = performance.now()
      await this.#client.produce(batch, -1)
      this.#latencies.push(performance.now() - startMs)
      await sleep(PAUSE_MS)
    }
  }

  /** Every offset comes, one behind the other. */
  async #followTail(client: CompactionClient): Promise<void> {
    let next = this.#history.endOffset
    while (!this.#isOver) {
      for (const batch of batches(await client.fetch(next, 200))) {
        if (batch.lastOffset < next) continue
        if (batch.baseOffset > next) throw new Error(`the tail goes on at ${batch.baseOffset} instead of ${next}`)
        next = batch.lastOffset + 1
      }
    }
  }

  /** From the begin to what was the end when the pass began: of every key that was there by then something comes. */
  async #readAll(client: CompactionClient): Promise<void> {
    while (!this.#isOver) {
      const seen = new Uint8Array(KEYS)
      const { endOffset } = this.#history
      const keys = this.#history.keysBefore(endOffset)
      let next = 0
      while (next < endOffset && !this.#isOver) {
        const bytes = await client.fetch(next, 200)
        for (const batch of batches(bytes)) {
          for (const { key } of batch.records()) seen[Number(Buffer.from(key!).toString())] = 1
          next = batch.lastOffset + 1
        }
        // Slower than it could: what is measured is the broker, not how two processes share a machine.
        await sleep(PAUSE_MS)
      }
      if (this.#isOver) return
      const missing = seen.findIndex((isSeen, key) => isSeen === 0 && keys[key] === 1)
      if (missing >= 0) throw new Error(`a consumer that read everything saw nothing of the key ${missing}`)
      this.passes += 1
    }
  }
}

function quantile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? 0
}

function line(name: string, sorted: readonly number[]): string {
  const at = (fraction: number): string => quantile(sorted, fraction).toFixed(2).padStart(8)
  const count = String(sorted.length).padStart(6)
  return `${name.padEnd(26)} ${count} requests   p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   max ${at(1)} ms`
}

async function waitUntilClean(folder: string, offset: number): Promise<void> {
  const deadline = performance.now() + GIVE_UP_MS
  while (cleanedOffset(folder) < offset) {
    if (performance.now() > deadline) throw new Error(`the topic is clean up to ${cleanedOffset(folder)} only`)
    await sleep(20)
  }
}

/** Reads everything back and compares it with what was produced. Returns how many records are left before `cleaned`. */
async function check(client: CompactionClient, history: History, cleaned: number): Promise<number> {
  const expected = history.survivors(cleaned)
  let [index, left] = [0, 0]
  for (let next = 0; next < history.endOffset;) {
    const bytes = await client.fetch(next, 0)
    for (const batch of batches(bytes)) {
      for (const record of batch.records()) {
        if (record.offset !== expected[index]) {
          throw new Error(`there is a record at ${record.offset} where one at ${expected[index]} is due`)
        }
        history.verify(record)
        index += 1
        if (record.offset < cleaned) left += 1
      }
      next = batch.lastOffset + 1
    }
    if (bytes.length === 0) break
  }
  if (index !== expected.length) throw new Error(`${expected.length - index} records are missing at the end`)
  return left
}

async function run(port: number, folder: string): Promise<boolean> {
  const history = new History(KEYS)
  const clients = await Promise.all([0, 1, 2].map(() => CompactionClient.connect(port)))
  const [client] = clients
  await client!.createTopic({ 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '1' })
  const fillMs = performance.now()
  await fill(client!, history)
  const seconds = (performance.now() - fillMs) / 1000
  console.log(
    `${history.endOffset} records of ${KEYS} keys, ${(history.sizeInBytes / 1e6).toFixed(0)} MB, in ${seconds.toFixed(1)} s`,
  )
  const filledOffset = history.endOffset

  const traffic = new Traffic(clients, history)
  await traffic.during(() => sleep(2000))
  const before = await traffic.during(() => sleep(QUIET_MS))
  const cleanMs = performance.now()
  const during = await traffic.during(async () => {
    await client!.alterTopic('min.cleanable.dirty.ratio', '0.01')
    // The segment that was the last one when the filling ended stays as it is.
    await waitUntilClean(folder, filledOffset * 0.9)
  })
  const cleanSeconds = (performance.now() - cleanMs) / 1000
  await client!.alterTopic('min.cleanable.dirty.ratio', '1')
  const after = await traffic.during(() => sleep(QUIET_MS))
  await traffic.end()

  const cleaned = cleanedOffset(folder)
  const left = await check(client!, history, cleaned)
  const without = [...before, ...after].toSorted((one, other) => one - other)
  const ratio = quantile(during, 0.99) / quantile(without, 0.99)
  console.log(
    `cleaned up to ${cleaned} in ${cleanSeconds.toFixed(1)} s: ${left} of ${cleaned} records are left, as they should`,
  )
  console.log(`${traffic.passes} passes from the begin saw every key; the tail had no gap`)
  console.log(line('produce without cleaning', without))
  console.log(line('produce during cleaning', during))
  console.log(`p99 during cleaning is ${ratio.toFixed(2)} times that without (${TIMES_ALLOWED} are allowed)`)
  for (const each of clients) each.close()
  return ratio <= TIMES_ALLOWED
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-bench-compaction-'))
const port = await freePort()
const broker = start(port, folder)
try {
  if (!(await run(port, folder))) process.exitCode = 1
} finally {
  await stop(broker)
  rmSync(folder, { recursive: true })
}

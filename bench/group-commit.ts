// `node bench/group-commit.ts [SECONDS] [FOLDER]`: what acks=all costs when it is the disk that is waited for: 64
// producers, each with one small batch under way, over 1, 100 and 1,000 partitions, with the group commit over all logs
// (see GroupCommit) and with each log syncing when it likes. Prints appends and fdatasyncs a second, and how long an
// append took. The logs are used directly: no network, no protocol. FOLDER decides on which disk.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { buildBatch } from '@milena/records'
import { nodeFileSystem, silentLogger, systemClock, systemRandom } from '@milena/runtime'
import type { FileSystem, OpenMode } from '@milena/runtime'
import { LogManager } from '@milena/storage'
import type { UnifiedLog } from '@milena/storage'

const SECONDS = Number(process.argv[2] ?? 4)
const FOLDER = process.argv[3] ?? os.tmpdir()
const PRODUCERS = 64
const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ'

interface Result {
  readonly appendsASecond: number
  readonly syncsASecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** The machine's files, with the syncs counted. */
function counting(): { fs: FileSystem; syncs: () => number } {
  let syncs = 0
  const fs: FileSystem = Object.create(nodeFileSystem, {
    open: {
      value: async (file: string, mode: OpenMode) => {
        const opened = await nodeFileSystem.open(file, mode)
        const sync = opened.sync.bind(opened)
        opened.sync = () => {
          syncs += 1
          return sync()
        }
        return opened
      },
    },
  }) as FileSystem
  for (const name of ['readFile', 'writeFile', 'rename', 'remove', 'removeDirectory', 'mkdir', 'readdir'] as const) {
    Object.defineProperty(fs, name, { value: nodeFileSystem[name].bind(nodeFileSystem) })
  }
  for (const name of ['stat', 'exists', 'syncDirectory', 'space', 'lock'] as const) {
    Object.defineProperty(fs, name, { value: nodeFileSystem[name].bind(nodeFileSystem) })
  }
  return { fs, syncs: () => syncs }
}

async function run(partitions: number, syncsAtATime: number): Promise<Result> {
  const folder = mkdtempSync(path.join(FOLDER, 'milena-group-commit-'))
  const { fs, syncs } = counting()
  const ports = { fs, clock: systemClock, random: systemRandom, logger: silentLogger }
  const manager = await LogManager.open({ ...ports, logDirs: [folder], nodeId: 1, syncsAtATime })
  const logs: UnifiedLog[] = []
  for (let partition = 0; partition < partitions; partition++) {
    logs.push(await manager.getOrCreateLog({ topic: 'bench', partition }, TOPIC_ID))
  }
  const value = new Uint8Array(100).fill(7)
  const append = async (index: number): Promise<void> => {
    const log = logs[index % partitions]!
    const bytes = buildBatch({ records: [{ timestamp: Date.now(), key: null, value }] })
    const appended = log.appendAsLeader(bytes, { leaderEpoch: 0, origin: 'client' })
    if (!appended.ok) throw new Error(appended.message)
    await log.flushed(appended.lastOffset + 1)
  }
  await Promise.all(logs.map((_, index) => append(index)))
  const latencies: number[] = []
  const before = syncs()
  const startMs = performance.now()
  let next = 0
  const producer = async (): Promise<void> => {
    while (performance.now() - startMs < SECONDS * 1000) {
      const atMs = performance.now()
      await append(next++)
      latencies.push(performance.now() - atMs)
    }
  }
  await Promise.all(Array.from({ length: PRODUCERS }, producer))
  const seconds = (performance.now() - startMs) / 1000
  const syncsASecond = (syncs() - before) / seconds
  await manager.close()
  rmSync(folder, { recursive: true })
  latencies.sort((left, right) => left - right)
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)]!
  return { appendsASecond: latencies.length / seconds, syncsASecond, p50Ms: at(0.5), p99Ms: at(0.99) }
}

for (const partitions of [1, 100, 1000]) {
  for (const [name, syncsAtATime] of [
    ['each for itself', Infinity],
    ['8 at a time', 8],
    ['4 at a time', 4],
    ['3 at a time', 3],
    ['2 at a time', 2],
  ] as const) {
    const { appendsASecond, syncsASecond, p50Ms, p99Ms } = await run(partitions, syncsAtATime)
    const line = [
      `${partitions} partitions`.padEnd(16),
      name.padEnd(18),
      `${Math.round(appendsASecond)} appends/s`.padStart(16),
      `${Math.round(syncsASecond)} fdatasyncs/s`.padStart(18),
      `p50 ${p50Ms.toFixed(1)} ms`.padStart(14),
      `p99 ${p99Ms.toFixed(1)} ms`.padStart(14),
    ]
    console.log(line.join(''))
  }
}

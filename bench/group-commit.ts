// `node bench/group-commit.ts [SECONDS] [FOLDER]`: what acks=all costs when it is the disk that is waited for: 64
// producers, each with one small batch under way, over 1, 16, 100 and 1,000 partitions, with each log synced for itself,
// and with the commit file, by which one sync serves all logs that wait (see CommitFile). Prints appends and fdatasyncs a
// second, how long an append took, and what it cost of the processor. The logs are used directly: no network, no
// protocol. FOLDER decides on which disk. The two take turns, because a disk is not as quick at all times.
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

const TURNS = 3

interface Result {
  readonly latenciesMs: readonly number[]
  readonly syncs: number
  readonly seconds: number
  readonly processorUs: number
  /** What it took afterwards to bring to the logs' own files what the commit file had, as once a minute. */
  readonly settleMs: number
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

async function run(partitions: number, syncTogetherMin: number | undefined): Promise<Result> {
  const folder = mkdtempSync(path.join(FOLDER, 'milena-group-commit-'))
  const { fs, syncs } = counting()
  const ports = { fs, clock: systemClock, random: systemRandom, logger: silentLogger }
  const together = syncTogetherMin === undefined ? {} : { syncTogetherMin }
  const manager = await LogManager.open({ ...ports, logDirs: [folder], nodeId: 1, ...together })
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
  await manager.checkpointOffsets()
  const latencies: number[] = []
  const before = syncs()
  const processorBefore = process.cpuUsage()
  const startMs = performance.now()
  let next = 0
  const producer = async (): Promise<void> => {
    while (performance.now() - startMs < (SECONDS * 1000) / TURNS) {
      const atMs = performance.now()
      await append(next++)
      latencies.push(performance.now() - atMs)
    }
  }
  await Promise.all(Array.from({ length: PRODUCERS }, producer))
  const seconds = (performance.now() - startMs) / 1000
  const { user, system } = process.cpuUsage(processorBefore)
  const counted = syncs() - before
  const settleStartMs = performance.now()
  await manager.checkpointOffsets()
  const settleMs = performance.now() - settleStartMs
  await manager.close()
  rmSync(folder, { recursive: true })
  return { latenciesMs: latencies, syncs: counted, seconds, processorUs: user + system, settleMs }
}

function lineOf(partitions: number, name: string, results: readonly Result[]): string {
  const sum = (of: (result: Result) => number): number => results.reduce((total, result) => total + of(result), 0)
  const latencies = results.flatMap(({ latenciesMs }) => latenciesMs).toSorted((left, right) => left - right)
  const at = (share: number): string => latencies[Math.floor(latencies.length * share)]!.toFixed(1)
  const seconds = sum((result) => result.seconds)
  return [
    `${partitions} partitions`.padEnd(16),
    name.padEnd(18),
    `${Math.round(latencies.length / seconds)} appends/s`.padStart(16),
    `${Math.round(sum((result) => result.syncs) / seconds)} fdatasyncs/s`.padStart(18),
    `p50 ${at(0.5)} ms`.padStart(14),
    `p99 ${at(0.99)} ms`.padStart(14),
    `${Math.round(sum((result) => result.processorUs) / latencies.length)} us of the processor`.padStart(26),
    `then ${Math.round(sum((result) => result.settleMs) / results.length)} ms`.padStart(16),
  ].join('')
}

for (const partitions of [1, 16, 100, 1000]) {
  const [alone, together]: Result[][] = [[], []]
  for (let turn = 0; turn < TURNS; turn++) {
    alone!.push(await run(partitions, Infinity))
    together!.push(await run(partitions, undefined))
  }
  console.log(lineOf(partitions, 'each for itself', alone!))
  console.log(lineOf(partitions, 'together', together!))
}

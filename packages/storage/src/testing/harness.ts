import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { NewBatch, Record } from '@milena/records'
import { batches, buildBatch } from '@milena/records'
import type { FileSystem } from '@milena/runtime'
import { ManualClock, MemoryFileSystem, SeededRandom, captureLogger, nodeFileSystem } from '@milena/runtime'
import type { AppendOptions, Appended } from '../log/append-result.ts'
import type { LogConfig } from '../log-config.ts'
import { defaultLogConfig } from '../log-config.ts'
import { LogManager } from '../manager/log-manager.ts'
import type { LogManagerOptions } from '../manager/log-manager-options.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

export const topicPartition = { topic: 'topic', partition: 0 }
export const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ'
export const logDir = '/logs'
export const partitionDir = '/logs/topic-0'

/** A broker's storage on a disk of its own, under a clock that stands still. */
export class StorageHarness {
  readonly clock = new ManualClock()
  readonly fs: FileSystem
  readonly logDir: string
  readonly capture = captureLogger({ clock: this.clock })
  readonly config: LogConfig
  readonly #options: Partial<LogManagerOptions>
  manager!: LogManager

  constructor(
    o: {
      fs?: FileSystem
      logDir?: string
      config?: Partial<LogConfig>
      options?: Partial<LogManagerOptions>
    } = {},
  ) {
    this.fs = o.fs ?? new MemoryFileSystem({ clock: this.clock })
    this.logDir = o.logDir ?? logDir
    this.config = { ...defaultLogConfig, ...o.config }
    this.#options = o.options ?? {}
  }

  /** Opens the storage, as it is when the broker starts. */
  async start(): Promise<LogManager> {
    this.manager = await LogManager.open({
      logDirs: [this.logDir],
      fs: this.fs,
      clock: this.clock,
      random: new SeededRandom(1),
      logger: this.capture.logger,
      nodeId: 1,
      defaultConfig: this.config,
      ...this.#options,
    })
    return this.manager
  }

  /** The log of {@link topicPartition}, made when there is none. */
  async openLog(config?: Partial<LogConfig>): Promise<UnifiedLog> {
    if (this.manager === undefined) await this.start()
    return this.manager.getOrCreateLog(topicPartition, topicId, { ...this.config, ...config })
  }

  /** Closes in order, and opens again. */
  async restart(): Promise<UnifiedLog> {
    await this.manager.close()
    await this.start()
    return this.openLog()
  }

  get partitionDir(): string {
    return path.join(this.logDir, 'topic-0')
  }

  /** The base offsets of the segments on disk. */
  async segmentBases(): Promise<number[]> {
    const names = await this.fs.readdir(this.partitionDir)
    return names.filter((name) => name.endsWith('.log')).map((name) => Number.parseInt(name, 10))
  }

  /** Messages of all that was logged as a warning or an error. */
  warnings(): string[] {
    return this.capture.entries
      .filter(({ level }) => level === 'warn' || level === 'error')
      .map(({ message }) => message)
  }
}

/** Runs a test once in memory and once in a temporary folder of the real file system. */
export function onBothFileSystems(
  run: (make: (o?: ConstructorParameters<typeof StorageHarness>[0]) => StorageHarness) => Promise<void>,
): {
  memory: () => Promise<void>
  disk: () => Promise<void>
} {
  return {
    memory: () => run((o) => new StorageHarness(o)),
    disk: async () => {
      const directory = await mkdtemp(path.join(os.tmpdir(), 'milena-storage-'))
      try {
        await run((o) => new StorageHarness({ fs: nodeFileSystem, logDir: directory, ...o }))
      } finally {
        await rm(directory, { recursive: true, force: true })
      }
    },
  }
}

/** A batch of records with these values; timestamps count up from `timestamp`. */
export function batchOf(values: readonly string[], o: Partial<NewBatch> & { timestamp?: number } = {}): Uint8Array {
  const { timestamp = 1_700_000_000_000, ...batch } = o
  const records = values.map((value, index) => ({ timestamp: timestamp + index, key: null, value: Buffer.from(value) }))
  return buildBatch({ records, ...batch })
}

/** Appends what must be taken. */
export function append(log: UnifiedLog, bytes: Uint8Array, o: Partial<AppendOptions> = {}): Appended {
  const result = log.appendAsLeader(bytes, { leaderEpoch: 0, origin: 'client', ...o })
  assert.ok(result.ok, result.ok ? '' : result.message)
  return result
}

/** Appends a batch and waits until it is in the file and committed. */
export async function write(log: UnifiedLog, bytes: Uint8Array, o: Partial<AppendOptions> = {}): Promise<Appended> {
  const appended = append(log, bytes, o)
  await appended.written
  log.updateHighWatermark(log.writtenOffset)
  return appended
}

export function recordsOf(slices: readonly Uint8Array[]): Record[] {
  return slices.flatMap((slice) => [...batches(slice)].flatMap((batch) => [...batch.records()]))
}

/** All values from `offset` on, read in pieces of `maxBytes`. */
export async function readValues(log: UnifiedLog, offset = log.logStartOffset, maxBytes = 4096): Promise<string[]> {
  const values: string[] = []
  for (let next = offset; next < log.writtenOffset;) {
    const data = await log.read(next, { maxBytes, maxOffset: Infinity, minOneMessage: true })
    assert.ok(data.nextOffset > next, `read at ${next} makes no progress`)
    for (const record of recordsOf(data.slices)) {
      if (record.offset >= next) values.push(Buffer.from(record.value!).toString())
    }
    next = data.nextOffset
  }
  return values
}

/** Copies a folder as it is at this moment: what a process that is killed leaves behind. */
export async function copyFolder(from: FileSystem, source: string, to: FileSystem, target: string): Promise<void> {
  await to.mkdir(target)
  for (const name of await from.readdir(source)) {
    const [sourcePath, targetPath] = [path.join(source, name), path.join(target, name)]
    if ((await from.stat(sourcePath)).isDirectory) await copyFolder(from, sourcePath, to, targetPath)
    else await to.writeFile(targetPath, await from.readFile(sourcePath))
  }
}

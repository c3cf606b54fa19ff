import path from 'node:path'
import type { FileSystem, Lock, Random } from '@milena/runtime'
import { hasErrorCode } from '@milena/runtime'
import {
  CLEANER_CHECKPOINT_FILE,
  CLEAN_SHUTDOWN_FILE,
  FOREIGN_LOGS_FILE,
  FOREIGN_LOGS_NOTE,
  HIGH_WATERMARK_CHECKPOINT_FILE,
  LOCK_FILE,
  LOG_START_OFFSET_CHECKPOINT_FILE,
  META_PROPERTIES_FILE,
  METADATA_DIR,
  RECOVERY_POINT_CHECKPOINT_FILE,
} from '../segment/log-files.ts'
import type { CommitFile } from '../commit/commit-file.ts'
import { COMMIT_FILES } from '../commit/commit-file.ts'
import type { LogGate } from '../log-context.ts'
import type { MetaProperties } from './meta-properties.ts'
import { readMetaProperties, writeMetaProperties } from './meta-properties.ts'
import type { LogState } from './log-state.ts'
import { LOG_STATES_FILE, formatLogStates, parseLogStates } from './log-state.ts'
import { formatOffsetCheckpoint, readOffsetCheckpoint, readTextIfPresent } from './offset-checkpoint.ts'
import { CorruptFileError, StorageError } from '../storage-error.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { DELETE_DIR_SUFFIX, parseFutureDirName, parsePartitionDirName } from '../topic-partition.ts'

/** Offsets by the partition's name, as the checkpoints of a folder had them when it was opened. */
export interface Checkpoints {
  readonly recoveryPoints: ReadonlyMap<string, number>
  readonly logStartOffsets: ReadonlyMap<string, number>
  readonly highWatermarks: ReadonlyMap<string, number>
}

/** What a log folder holds. */
export interface LogDirContent {
  readonly partitions: readonly TopicPartition[]
  /** Folders of deleted partitions that a stop kept from going. */
  readonly deleted: readonly string[]
  /** Partitions whose logs were moving into this folder, and the unfinished copies. */
  readonly future: readonly { readonly topicPartition: TopicPartition; readonly directory: string }[]
  /** Files of which a crash kept the name from being exchanged for the one that they were to replace. */
  readonly leftovers: readonly string[]
  /** What logs had answered for that had no time to get to their own files. */
  readonly commitFiles: readonly string[]
  /** Names that belong to no partition. */
  readonly unknown: readonly string[]
}

export type CheckpointKind = 'recoveryPoint' | 'logStartOffset' | 'highWatermark'

const CHECKPOINT_FILES: Readonly<Record<CheckpointKind, string>> = {
  recoveryPoint: RECOVERY_POINT_CHECKPOINT_FILE,
  logStartOffset: LOG_START_OFFSET_CHECKPOINT_FILE,
  highWatermark: HIGH_WATERMARK_CHECKPOINT_FILE,
}

/** Written to see whether the disk takes writes again. */
const DISK_PROBE_FILE = 'disk-probe'
const DISK_PROBE_BYTES = 65_536

const KNOWN_FILES = new Set([
  CLEAN_SHUTDOWN_FILE,
  LOCK_FILE,
  META_PROPERTIES_FILE,
  METADATA_DIR,
  'bootstrap.checkpoint',
  CLEANER_CHECKPOINT_FILE,
  LOG_STATES_FILE,
  FOREIGN_LOGS_FILE,
  ...Object.values(CHECKPOINT_FILES),
])

/** One of the folders in `log.dirs`: its lock, its papers, its checkpoints. One process has it at a time. */
export class LogDir implements LogGate {
  readonly path: string
  readonly meta: MetaProperties
  /** Whether the last one who had it closed all its logs in order. */
  readonly hadCleanShutdown: boolean
  /** Apache Kafka has written the logs, and not all of them have been opened here since. */
  readonly isForeign: boolean
  readonly #fs: FileSystem
  readonly #lock: Lock
  readonly #written = new Map<CheckpointKind, string>()
  /** The marker of the last stop vouches for states with this checksum. */
  readonly #statesChecksum: number | undefined
  /** Why the folder is offline: it cannot be read any more, and is given up for the rest of this process. */
  failure: StorageError | undefined
  /** Why nothing can be written to it for now; reads go on. It gets no new logs, checkpoints or clean-shutdown marker. */
  refusal: StorageError | undefined
  commitFile: CommitFile | undefined
  /** Called when something in it could not be read. */
  onSuspect: () => void = () => undefined
  /** Some logs in it could not be opened, so that nobody can vouch for them at the end. */
  hasOfflineLogs = false

  private constructor(o: {
    path: string
    meta: MetaProperties
    marker: string | undefined
    isForeign: boolean
    fs: FileSystem
    lock: Lock
  }) {
    this.path = o.path
    this.meta = o.meta
    this.hadCleanShutdown = o.marker !== undefined
    this.isForeign = o.isForeign
    this.#statesChecksum = o.marker === undefined ? undefined : checksumIn(o.marker)
    this.#fs = o.fs
    this.#lock = o.lock
  }

  /** Takes the folder, making it when it is absent. Throws when another broker has it or it belongs to another one. */
  static async open(o: {
    readonly path: string
    readonly fs: FileSystem
    readonly random: Random
    readonly nodeId: number
    readonly clusterId: string
  }): Promise<LogDir> {
    const { fs } = o
    await makeDurably(fs, o.path)
    const lock = await takeLock(fs, o.path)
    try {
      const meta = await loadMeta(o)
      const file = path.join(o.path, CLEAN_SHUTDOWN_FILE)
      const marker = await readTextIfPresent(fs, file)
      const note = path.join(o.path, FOREIGN_LOGS_FILE)
      // The marker of Apache Kafka is what tells, and goes.
      const isForeign = marker === undefined ? await fs.exists(note) : checksumIn(marker) === undefined
      if (isForeign && marker !== undefined) await fs.writeFile(note, FOREIGN_LOGS_NOTE, { atomic: true })
      if (marker !== undefined) {
        // Gone for good before anything is written: a marker that came back would vouch for what it never saw.
        await fs.remove(file)
        await fs.syncDirectory(o.path)
      }
      return new LogDir({ path: o.path, meta, marker, isForeign, fs, lock })
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  /** To be told when all logs have been opened, and none has a last segment by Apache Kafka that goes on being written. */
  async noteOwn(): Promise<void> {
    await this.#fs.remove(path.join(this.path, FOREIGN_LOGS_FILE))
    await this.#fs.syncDirectory(this.path)
  }

  /** A checkpoint that is damaged says nothing: `onDamage` is told, and as much more is recovered. */
  async readCheckpoints(onDamage: (file: string, error: CorruptFileError) => void): Promise<Checkpoints> {
    const read = async (kind: CheckpointKind) => {
      const file = this.#checkpointPath(kind)
      try {
        return await readOffsetCheckpoint(this.#fs, file)
      } catch (error) {
        if (!(error instanceof CorruptFileError)) throw error
        onDamage(file, error)
        return new Map<string, number>()
      }
    }
    return {
      recoveryPoints: await read('recoveryPoint'),
      logStartOffsets: await read('logStartOffset'),
      highWatermarks: await read('highWatermark'),
    }
  }

  #checkpointPath(kind: CheckpointKind): string {
    return path.join(this.path, CHECKPOINT_FILES[kind])
  }

  /** Writes a checkpoint durably, if it says something new. */
  async writeCheckpoint(kind: CheckpointKind, offsets: Iterable<readonly [TopicPartition, number]>): Promise<void> {
    const text = formatOffsetCheckpoint(offsets)
    if (this.#written.get(kind) === text) return
    // Of an attempt that fails nobody knows which of the two texts is there.
    this.#written.delete(kind)
    await this.#fs.writeFile(this.#checkpointPath(kind), text, { atomic: true })
    this.#written.set(kind, text)
  }

  async content(): Promise<LogDirContent> {
    const partitions: TopicPartition[] = []
    const deleted: string[] = []
    const unknown: string[] = []
    const commitFiles: string[] = []
    const leftovers: string[] = []
    const future: { topicPartition: TopicPartition; directory: string }[] = []
    for (const name of await this.#fs.readdir(this.path)) {
      if (KNOWN_FILES.has(name)) continue
      if (COMMIT_FILES.includes(name)) {
        commitFiles.push(path.join(this.path, name))
        continue
      }
      if (isLeftover(name)) {
        leftovers.push(path.join(this.path, name))
        continue
      }
      const topicPartition = parsePartitionDirName(name)
      const moving = parseFutureDirName(name)
      if (moving !== undefined) future.push({ topicPartition: moving, directory: path.join(this.path, name) })
      else if (topicPartition !== undefined) partitions.push(topicPartition)
      else if (name.endsWith(DELETE_DIR_SUFFIX)) deleted.push(path.join(this.path, name))
      else unknown.push(name)
    }
    return { partitions, deleted, future, leftovers, commitFiles, unknown }
  }

  suspect(): void {
    this.onSuspect()
  }

  /** Throws what the disk says when the folder cannot be read. */
  async tryRead(): Promise<void> {
    await this.#fs.readdir(this.path)
    await this.#fs.readFile(path.join(this.path, META_PROPERTIES_FILE))
  }

  /** Throws what the disk says when it takes nothing: a file that is not tiny is written, synced and removed. */
  async tryWrite(): Promise<void> {
    const file = path.join(this.path, DISK_PROBE_FILE)
    try {
      await this.#fs.writeFile(file, new Uint8Array(DISK_PROBE_BYTES), { atomic: true })
    } finally {
      // What is left of it must not take room on a full disk.
      for (const leftover of [file, `${file}.tmp`]) await this.#fs.remove(leftover).catch(() => undefined)
    }
  }

  /** The states of the logs, if the last one who had the folder left them and closed all logs in order. */
  async readLogStates(): Promise<ReadonlyMap<string, LogState>> {
    if (this.#statesChecksum === undefined) return new Map()
    try {
      return parseLogStates(await this.#fs.readFile(path.join(this.path, LOG_STATES_FILE)), this.#statesChecksum)
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return new Map()
      throw error
    }
  }

  /**
   * Says for the next start that every log was closed in order, and in what state. The marker names the states that it
   * vouches for: one that Apache Kafka wrote after it had the folder vouches for none.
   */
  async markClean(brokerEpoch: number, states: ReadonlyMap<string, LogState>): Promise<void> {
    const { text, checksum } = formatLogStates(states)
    await this.#fs.writeFile(path.join(this.path, LOG_STATES_FILE), text, { atomic: true })
    const content = JSON.stringify({ version: 0, brokerEpoch, logStatesChecksum: checksum })
    await this.#fs.writeFile(path.join(this.path, CLEAN_SHUTDOWN_FILE), content, { atomic: true })
  }

  release(): Promise<void> {
    return this.#lock.release()
  }
}

/** What a marker says of the states; nothing where Apache Kafka wrote it. */
function checksumIn(marker: string): number | undefined {
  const match = /"logStatesChecksum":(\d+)/.exec(marker)
  return match === null ? undefined : Number(match[1])
}

/** Makes a folder and those above it; without their entries on disk, nothing in them would survive a loss of power. */
async function makeDurably(fs: FileSystem, directory: string): Promise<void> {
  const parent = path.dirname(path.resolve(directory))
  if (!(await fs.exists(parent))) await makeDurably(fs, parent)
  const isNew = !(await fs.exists(directory))
  await fs.mkdir(directory)
  if (isNew) await fs.syncDirectory(parent)
}

function isLeftover(name: string): boolean {
  return name === DISK_PROBE_FILE || [DISK_PROBE_FILE, ...KNOWN_FILES].some((known) => name === `${known}.tmp`)
}

async function takeLock(fs: FileSystem, logDir: string): Promise<Lock> {
  try {
    return await fs.lock(path.join(logDir, LOCK_FILE))
  } catch (cause) {
    if (!hasErrorCode(cause, 'ELOCKED')) throw cause
    const message = `the log folder ${logDir} is in use by another broker; stop that one, or give this one another folder`
    throw new StorageError('KAFKA_STORAGE_ERROR', message, { cause })
  }
}

async function loadMeta(o: {
  readonly path: string
  readonly fs: FileSystem
  readonly random: Random
  readonly nodeId: number
  readonly clusterId: string
}): Promise<MetaProperties> {
  const known = await readMetaProperties(o.fs, o.path)
  if (known === undefined) {
    const meta = { clusterId: o.clusterId, nodeId: o.nodeId, directoryId: o.random.uuid() }
    await writeMetaProperties(o.fs, o.path, meta)
    return meta
  }
  const file = path.join(o.path, META_PROPERTIES_FILE)
  if (known.clusterId !== o.clusterId) {
    const message = `${file} belongs to cluster ${known.clusterId}, and this broker to ${o.clusterId}`
    throw new StorageError('INCONSISTENT_CLUSTER_ID', message)
  }
  if (known.nodeId !== o.nodeId) {
    const message = `${file} belongs to node ${known.nodeId}, and this is node ${o.nodeId}`
    throw new StorageError('KAFKA_STORAGE_ERROR', message)
  }
  return known
}

import { join } from 'node:path'
import type { Clock, File, FileSystem, Logger } from '@milena/runtime'
import { buildBatch, describeChange } from '@milena/records'
import type { MetadataImage } from '../image/metadata-image.ts'
import type { MetadataRecord } from '../image/metadata-record.ts'
import { emptyImage, replayAll } from '../image/replay.ts'
import { CorruptMetadataError, readMetadataLog } from './metadata-log-reader.ts'
import type { MetadataStore } from './metadata-store.ts'
import { encodeRecord } from './record-frame.ts'
import { decodeSnapshot, encodeSnapshot, METADATA_EPOCH, snapshotEndOffset, snapshotFileName } from './snapshot-file.ts'

export const METADATA_FOLDER = '__cluster_metadata-0'

export interface LocalMetadataStoreOptions {
  /** The log folder in which `__cluster_metadata-0` lies. */
  readonly logDir: string
  readonly clusterId: string
  readonly fs: FileSystem
  readonly clock: Clock
  readonly logger: Logger
  /** How large the log may grow before a snapshot replaces it; 20 MiB unless given, as in Kafka. */
  readonly maxBytesBetweenSnapshots?: number
}

interface Located {
  readonly folder: string
  readonly file: File
  readonly size: number
  /** Brings the file's very existence to the disk; nothing in it is durable before. */
  readonly place: () => Promise<unknown>
}

const DEFAULT_MAX_BYTES_BETWEEN_SNAPSHOTS = 20 * 1024 * 1024

/**
 * The metadata of a single node, in the files that Kafka keeps it in: a log of record batches, each synced before it is
 * answered, and, once that has grown large, a snapshot with a new log behind it.
 *
 * Order of a compaction: the snapshot is whole on the disk, then the new log exists, then the old log goes. After a
 * crash between any two of these the newest snapshot and every record behind it are there.
 */
export class LocalMetadataStore implements MetadataStore {
  readonly loaded: MetadataImage
  readonly #options: LocalMetadataStoreOptions
  readonly #folder: string
  #file: File
  #size: number
  #nextOffset: number
  readonly #place: () => Promise<unknown>
  #placed: Promise<unknown>
  /** What the disk said to the last append, until the file is cut back to before it. */
  #failure: unknown

  private constructor(
    options: LocalMetadataStoreOptions,
    loaded: MetadataImage,
    { folder, file, size, place }: Located,
  ) {
    this.#options = options
    this.loaded = loaded
    this.#folder = folder
    this.#file = file
    this.#size = size
    this.#place = place
    this.#placed = place()
    // Whoever appends hears of a failure; when nobody does, nothing is lost by it.
    this.#placed.catch(() => {})
    this.#nextOffset = loaded.offset + 1
  }

  /** @throws CorruptMetadataError when what had been acknowledged is damaged */
  static async open(options: LocalMetadataStoreOptions): Promise<LocalMetadataStore> {
    const { fs, logDir } = options
    const folder = join(logDir, METADATA_FOLDER)
    const isNew = !(await fs.exists(folder))
    if (isNew) await fs.mkdir(folder)
    const names = isNew ? [] : await fs.readdir(folder)
    let image = await newestSnapshot(options, folder, names)
    const logs = await withoutLeftover(options, folder, names)
    let last: LastLog | undefined
    for (const [index, name] of logs.entries()) {
      const path = join(folder, name)
      const bytes = await fs.readFile(path)
      const { batches, validBytes } = readMetadataLog({ path, bytes, baseOffset: Number.parseInt(name, 10) })
      if (validBytes < bytes.length && index < logs.length - 1) {
        throw new CorruptMetadataError(`${path} is cut short at byte ${validBytes}, but another log follows it`)
      }
      await refuseChanged({
        path,
        bytes,
        position: validBytes,
        nextOffset: batches.at(-1)?.nextOffset ?? Number.parseInt(name, 10),
      })
      for (const { baseOffset, nextOffset, records } of batches) {
        if (nextOffset <= image.offset + 1) continue
        if (baseOffset !== image.offset + 1) {
          throw new CorruptMetadataError(`${path}: offset ${image.offset + 1} is missing before ${baseOffset}`)
        }
        image = records === null ? { ...image, offset: nextOffset - 1 } : replayAll(image, records).image
      }
      last = { path, bytes, validBytes, unsureBytes: validBytes - (batches.at(-2)?.end ?? 0) }
    }
    const located = await openForAppend(options, folder, last, image.offset + 1)
    const store = new LocalMetadataStore(options, image, located)
    await store.#removeObsolete(names, logs.at(-1))
    return store
  }

  async append(records: readonly MetadataRecord[]): Promise<void> {
    if (this.#failure !== undefined) await this.#cutBack()
    const timestamp = this.#options.clock.nowMs()
    const bytes = buildBatch({
      baseOffset: this.#nextOffset,
      partitionLeaderEpoch: METADATA_EPOCH,
      records: records.map((record) => ({ timestamp, key: null, value: encodeRecord(record) })),
    })
    try {
      await this.#file.writev([bytes], this.#size)
      await Promise.all([this.#file.sync(), this.#placed])
    } catch (error) {
      // What is behind the last record that was acknowledged is unknown now, and must go before anything follows.
      this.#failure = error
      throw error
    }
    this.#size += bytes.length
    this.#nextOffset += records.length
  }

  /**
   * Takes away what an append that failed may have left: its records were refused, and must not come back. All before it
   * was synced, each time with success, so that this one says nothing of it that is not so.
   */
  async #cutBack(): Promise<void> {
    await this.#file.truncate(this.#size)
    await this.#file.sync()
    this.#placed = this.#place()
    await this.#placed
    this.#options.logger.info('The metadata log takes records again', { nextOffset: this.#nextOffset })
    this.#failure = undefined
  }

  async compact(image: MetadataImage): Promise<void> {
    const limit = this.#options.maxBytesBetweenSnapshots ?? DEFAULT_MAX_BYTES_BETWEEN_SNAPSHOTS
    if (this.#size < limit || image.offset + 1 !== this.#nextOffset || this.#failure !== undefined) return
    const { fs, clock, logger } = this.#options
    const before = await fs.readdir(this.#folder)
    const snapshot = encodeSnapshot(image, clock.nowMs())
    await fs.writeFile(join(this.#folder, snapshotFileName(this.#nextOffset)), snapshot, { atomic: true })
    const old = this.#file
    const name = logFileName(this.#nextOffset)
    this.#file = await this.#openNext(name)
    logger.info('Metadata snapshot taken', {
      endOffset: this.#nextOffset,
      bytes: snapshot.length,
      logBytes: this.#size,
    })
    this.#size = 0
    await old.close()
    await this.#removeObsolete([...before, snapshotFileName(this.#nextOffset)], name)
  }

  /** Makes the log that follows; if the disk refuses, there must be none, for the present one goes on. */
  async #openNext(name: string): Promise<File> {
    const { fs } = this.#options
    const path = join(this.#folder, name)
    const file = await fs.open(path, 'create')
    try {
      await fs.syncDirectory(this.#folder)
      return file
    } catch (error) {
      await file.close()
      await fs.remove(path)
      throw error
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#placed])
    await this.#file.close()
  }

  /** Removes what the newest snapshot has replaced. Leftovers are harmless, so a failure only means: next time. */
  async #removeObsolete(names: readonly string[], activeLog: string | undefined): Promise<void> {
    const { fs, logger } = this.#options
    const newest = Math.max(-1, ...names.map((name) => snapshotEndOffset(name) ?? -1))
    const doomed = names.filter((name) => {
      const end = snapshotEndOffset(name)
      if (end !== undefined) return end < newest
      return name.endsWith('.tmp') || (/^\d{20}\.log$/.test(name) && activeLog !== undefined && name < activeLog)
    })
    try {
      for (const name of doomed) await fs.remove(join(this.#folder, name))
    } catch (error) {
      logger.warn('Old metadata files could not be removed', { error })
    }
  }
}

/** The log that is written on. */
interface LastLog {
  readonly path: string
  readonly bytes: Uint8Array
  readonly validBytes: number
  /** As much of that, at its end, as is surely synced only if the last process came to it. */
  readonly unsureBytes: number
}

/**
 * What lies behind the last whole batch was being written when the process died, or the power went, and nobody was told
 * of it; unless its bytes tell that all of them were there, and have changed since.
 */
async function refuseChanged({
  path,
  bytes,
  ...where
}: {
  readonly path: string
  readonly bytes: Uint8Array
  readonly position: number
  readonly nextOffset: number
}): Promise<void> {
  const read = (target: Uint8Array, position: number): Promise<number> => {
    const found = bytes.subarray(position, position + target.byteLength)
    target.set(found)
    return Promise.resolve(found.byteLength)
  }
  const change = await describeChange({ read, sizeInBytes: bytes.byteLength, ...where })
  if (change === undefined) return
  throw new CorruptMetadataError(`${path} is damaged at byte ${where.position}: ${change}; restore it from a copy`)
}

function logFileName(baseOffset: number): string {
  return `${String(baseOffset).padStart(20, '0')}.log`
}

/**
 * The names of the logs. An empty one behind another is what is left of a snapshot that a full disk kept from being
 * followed by it: the one before it went on.
 */
async function withoutLeftover(
  { fs }: LocalMetadataStoreOptions,
  folder: string,
  names: readonly string[],
): Promise<readonly string[]> {
  const logs = names.filter((name) => /^\d{20}\.log$/.test(name))
  const last = logs.at(-1)
  if (logs.length < 2 || last === undefined || (await fs.stat(join(folder, last))).size > 0) return logs
  await fs.remove(join(folder, last))
  return logs.slice(0, -1)
}

async function newestSnapshot(
  { fs, clusterId }: LocalMetadataStoreOptions,
  folder: string,
  names: readonly string[],
): Promise<MetadataImage> {
  const newest = names.filter((name) => snapshotEndOffset(name) !== undefined).at(-1)
  if (newest === undefined) return emptyImage(clusterId)
  const path = join(folder, newest)
  const image = decodeSnapshot(path, await fs.readFile(path), clusterId)
  return { ...image, offset: snapshotEndOffset(newest)! - 1 }
}

async function openForAppend(
  { fs, logger, logDir }: LocalMetadataStoreOptions,
  folder: string,
  last: LastLog | undefined,
  nextOffset: number,
): Promise<Located> {
  // Also when they were there: who made them may have died before they were on the disk.
  const place = () => Promise.all([fs.syncDirectory(folder), fs.syncDirectory(logDir)])
  if (last === undefined) {
    const file = await fs.open(join(folder, logFileName(nextOffset)), 'create')
    return { folder, file, size: 0, place }
  }
  const { path, bytes, validBytes, unsureBytes } = last
  const file = await fs.open(path, 'readwrite')
  if (validBytes < bytes.byteLength) {
    const cut = { file: path, at: validBytes, bytes: bytes.byteLength - validBytes }
    logger.warn('The metadata log ends in a batch that was not completely written; it is cut off', cut)
    await file.truncate(validBytes)
  }
  // A process that died before its last sync ended, or was told that it failed, has left what only memory may hold. It
  // is shown from now on, so it must be on the disk; and only what is written again is surely brought there by a sync.
  const from = validBytes - unsureBytes
  if (unsureBytes > 0) await file.writev([bytes.subarray(from, validBytes)], from)
  await file.sync()
  return { folder, file, size: validBytes, place }
}

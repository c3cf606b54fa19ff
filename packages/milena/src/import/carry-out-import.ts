import { constants, type Stats } from 'node:fs'
import { copyFile, link, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import { METADATA_FOLDER, metadataSnapshot } from '@milena/metadata'
import { type FileSystem, hasErrorCode } from '@milena/runtime'
import {
  CLEAN_SHUTDOWN_FILE,
  DELETED_SUFFIX,
  FOREIGN_LOGS_FILE,
  FOREIGN_LOGS_NOTE,
  formatOffsetCheckpoint,
  LOG_SUFFIX,
  topicPartitionName,
  writeMetaProperties,
} from '@milena/storage'
import type { ImportPlan } from './import-plan.ts'
import { ImportRefused } from './import-refused.ts'
import { checkpointFiles } from './kafka-data-folder.ts'

export interface ImportOptions {
  readonly fs: FileSystem
  readonly plan: ImportPlan
  /** Does not exist yet, or is empty. */
  readonly to: string
  /** Segments that nobody writes to any more are hard links instead of copies. */
  readonly link: boolean
  readonly nowMs: number
}

export interface ImportedFiles {
  readonly files: number
  readonly bytes: number
  readonly linked: number
}

/** Files copied at a time. */
const CONCURRENCY = 16

/**
 * Makes the data folder beside its place and gives it its name at the end, when all of it is on the disk: what has
 * the name is whole.
 */
export async function carryOutImport({ fs, plan, to, link, nowMs }: ImportOptions): Promise<ImportedFiles> {
  const target = path.resolve(to)
  await refuseOccupied(target)
  const making = `${target}.importing`
  await rm(making, { recursive: true, force: true })
  try {
    const done = { files: 0, bytes: 0, linked: 0 }
    for (const partition of plan.partitions) {
      const folder = path.join(making, topicPartitionName(partition.topicPartition))
      const { stoppedInOrder } = plan
      await copyPartition({ from: partition.path, to: folder, link: link && stoppedInOrder, stoppedInOrder, done })
    }
    await writePapers(fs, making, plan, nowMs)
    await rename(making, target)
    await fs.syncDirectory(path.dirname(target))
    return done
  } catch (error) {
    await rm(making, { recursive: true, force: true })
    throw error
  }
}

async function refuseOccupied(target: string): Promise<void> {
  const names = await readdir(target).catch((error: unknown) => {
    if (hasErrorCode(error, 'ENOENT')) return []
    throw error
  })
  if (names.length > 0) throw new ImportRefused(`${target} is not empty; the import makes a new folder.`)
}

interface PartitionCopy {
  readonly from: string
  readonly to: string
  readonly link: boolean
  readonly stoppedInOrder: boolean
  readonly done: { files: number; bytes: number; linked: number }
}

async function copyPartition({ from, to, link: linking, stoppedInOrder, done }: PartitionCopy): Promise<void> {
  await mkdir(to, { recursive: true })
  const all = (await readdir(from)).filter((name) => !name.endsWith(DELETED_SUFFIX)).sort()
  // The last segment goes on being written, and a link would write into the source.
  const active = all.filter((name) => name.endsWith(LOG_SUFFIX)).at(-1)
  const stem = active?.slice(0, -LOG_SUFFIX.length)
  // A killed broker leaves its last indexes as 10 MB of zeros with some entries in front; they are made again anyway.
  const isUseless = (name: string): boolean =>
    !stoppedInOrder && (name === `${stem}.index` || name === `${stem}.timeindex`)
  const names = all.filter((name) => !isUseless(name))
  const copyOne = async (name: string): Promise<void> => {
    const source = path.join(from, name)
    const stats = await stat(source)
    if (!stats.isFile()) return
    const linked = linking && name.endsWith(LOG_SUFFIX) && name !== active
    await (linked ? linkFile(source, path.join(to, name)) : copyDurably(source, path.join(to, name), stats))
    done.files++
    done.bytes += stats.size
    if (linked) done.linked++
  }
  for (let at = 0; at < names.length; at += CONCURRENCY) {
    await Promise.all(names.slice(at, at + CONCURRENCY).map(copyOne))
  }
}

async function linkFile(source: string, target: string): Promise<void> {
  try {
    await link(source, target)
  } catch (error) {
    if (!hasErrorCode(error, 'EXDEV')) throw error
    throw new ImportRefused('--link needs both folders on one file system; leave it out to copy.')
  }
}

async function copyDurably(source: string, target: string, { atime, mtime }: Stats): Promise<void> {
  // Where the file system can share blocks, nothing is copied before it changes.
  await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  // Retention goes by it where records have no time of their own.
  await utimes(target, atime, mtime)
  const file = await open(target, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

async function writePapers(fs: FileSystem, folder: string, plan: ImportPlan, nowMs: number): Promise<void> {
  const metadataFolder = path.join(folder, METADATA_FOLDER)
  await fs.mkdir(metadataFolder)
  const snapshot = metadataSnapshot(plan.image, nowMs)
  await fs.writeFile(path.join(metadataFolder, snapshot.name), snapshot.bytes, { atomic: true })
  for (const file of checkpointFiles) {
    await fs.writeFile(path.join(folder, file), formatOffsetCheckpoint(plan.checkpoints[file]), { atomic: true })
  }
  const { clusterId } = plan.image
  await writeMetaProperties(fs, folder, { clusterId, nodeId: plan.nodeId, directoryId: plan.directoryId })
  if (plan.stoppedInOrder) {
    const marker = JSON.stringify({ version: 0, brokerEpoch: -1 })
    await fs.writeFile(path.join(folder, CLEAN_SHUTDOWN_FILE), marker, { atomic: true })
  } else {
    // What the marker of Kafka would have said, too: their last segments may have gaps.
    await fs.writeFile(path.join(folder, FOREIGN_LOGS_FILE), FOREIGN_LOGS_NOTE, { atomic: true })
  }
  for (const { topicPartition } of plan.partitions) {
    await fs.syncDirectory(path.join(folder, topicPartitionName(topicPartition)))
  }
  await fs.syncDirectory(folder)
}

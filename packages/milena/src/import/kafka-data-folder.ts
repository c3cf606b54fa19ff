// What lies in the data folders of an Apache Kafka node. Nothing is written there.
import path from 'node:path'
import { type KafkaMetadata, METADATA_FOLDER, readKafkaMetadata } from '@milena/metadata'
import { type FileSystem, hasErrorCode, type Lock } from '@milena/runtime'
import {
  CLEAN_SHUTDOWN_FILE,
  HIGH_WATERMARK_CHECKPOINT_FILE,
  LOCK_FILE,
  LOG_START_OFFSET_CHECKPOINT_FILE,
  META_PROPERTIES_FILE,
  type MetaProperties,
  PARTITION_METADATA_FILE,
  parsePartitionDirName,
  parsePartitionMetadata,
  readMetaProperties,
  readOffsetCheckpoint,
  RECOVERY_POINT_CHECKPOINT_FILE,
  type TopicPartition,
} from '@milena/storage'
import { ImportRefused } from './import-refused.ts'

/** The checkpoints of a folder that mean something elsewhere, too. */
export const checkpointFiles = [
  RECOVERY_POINT_CHECKPOINT_FILE,
  LOG_START_OFFSET_CHECKPOINT_FILE,
  HIGH_WATERMARK_CHECKPOINT_FILE,
  'cleaner-offset-checkpoint',
] as const

export type CheckpointFile = (typeof checkpointFiles)[number]

/** A value for each of the checkpoints. */
export function byCheckpoint<T>(value: (file: CheckpointFile) => T): Readonly<Record<CheckpointFile, T>> {
  const entries = new Map(checkpointFiles.map((file) => [file, value(file)]))
  return Object.fromEntries(entries) as Record<CheckpointFile, T>
}

export interface KafkaPartitionFolder {
  readonly topicPartition: TopicPartition
  readonly path: string
  /** Undefined where the folder does not say. */
  readonly topicId: string | undefined
}

export interface KafkaDataFolder {
  readonly path: string
  readonly meta: MetaProperties
  readonly stoppedInOrder: boolean
  readonly partitions: readonly KafkaPartitionFolder[]
  /** Folders that belong to no partition that is in use: of topics that were deleted, of moves that had not ended. */
  readonly others: readonly string[]
  /** Offsets by the partition's name. */
  readonly checkpoints: Readonly<Record<CheckpointFile, ReadonlyMap<string, number>>>
}

/** Holds the folders against a broker that would start on them, as far as they can be held without writing to them. */
export async function lockFolders(fs: FileSystem, folders: readonly string[]): Promise<AsyncDisposable> {
  const locks: Lock[] = []
  const release = async (): Promise<void> => {
    for (const lock of locks) await lock.release()
  }
  try {
    for (const folder of folders) {
      const file = path.join(folder, LOCK_FILE)
      // Whoever uses the folder has made the file. Making it here would change the folder.
      if (await fs.exists(file)) locks.push(await fs.lock(file))
    }
  } catch (error) {
    await release()
    if (!hasErrorCode(error, 'ELOCKED')) throw error
    throw new ImportRefused('The folder is in use: stop the broker that runs on it first.')
  }
  return { [Symbol.asyncDispose]: release }
}

export async function readDataFolder(fs: FileSystem, folder: string): Promise<KafkaDataFolder> {
  const meta = await readMetaProperties(fs, folder)
  if (meta === undefined) {
    throw new ImportRefused(`${folder} is no data folder of Kafka: it has no ${META_PROPERTIES_FILE}.`)
  }
  const partitions: KafkaPartitionFolder[] = []
  const others: string[] = []
  for (const name of await fs.readdir(folder)) {
    const directory = path.join(folder, name)
    if (name === METADATA_FOLDER || !(await fs.stat(directory)).isDirectory) continue
    const topicPartition = parsePartitionDirName(name)
    if (topicPartition === undefined) others.push(name)
    else partitions.push({ topicPartition, path: directory, topicId: await topicIdOf(fs, directory) })
  }
  const offsets = new Map<CheckpointFile, ReadonlyMap<string, number>>()
  for (const file of checkpointFiles) offsets.set(file, await readOffsetCheckpoint(fs, path.join(folder, file)))
  return {
    path: folder,
    meta,
    stoppedInOrder: await fs.exists(path.join(folder, CLEAN_SHUTDOWN_FILE)),
    partitions,
    others,
    checkpoints: byCheckpoint((file) => offsets.get(file)!),
  }
}

async function topicIdOf(fs: FileSystem, directory: string): Promise<string | undefined> {
  const file = path.join(directory, PARTITION_METADATA_FILE)
  return (await fs.exists(file)) ? parsePartitionMetadata(Buffer.from(await fs.readFile(file)).toString()) : undefined
}

/** The metadata, from the folder that has it. */
export async function readMetadata(fs: FileSystem, folders: readonly KafkaDataFolder[]): Promise<KafkaMetadata> {
  for (const { path: folder, meta } of folders) {
    const metadataFolder = path.join(folder, METADATA_FOLDER)
    if (await fs.exists(metadataFolder)) {
      return readKafkaMetadata({ fs, folder: metadataFolder, clusterId: meta.clusterId })
    }
  }
  throw new ImportRefused(
    `There is no ${METADATA_FOLDER} in ${folders.map((folder) => folder.path).join(', ')}. If metadata.log.dir is set, ` +
      'name that folder, too: --from DIR,METADATA_DIR. Kafka with ZooKeeper has none, and has to be moved to KRaft first.',
  )
}

import path from 'node:path'
import type { File, FileSystem, OpenMode, WriteFileOptions } from '@milena/runtime'
import type { Wrap } from '../crash/recovery.ts'
import { DelegatingFileSystem, FileWithSync } from './delegating-file-system.ts'

/** A file system on which the syncs of some files are only said to have happened. */
class WithoutSyncs extends DelegatingFileSystem {
  readonly #isSwallowed: (file: string) => boolean

  constructor(inner: FileSystem, isSwallowed: (file: string) => boolean) {
    super(inner)
    this.#isSwallowed = isSwallowed
  }

  override async open(file: string, mode: OpenMode): Promise<File> {
    const opened = await super.open(file, mode)
    return this.#isSwallowed(file) ? new FileWithSync(opened, () => Promise.resolve()) : opened
  }
}

/** A file system on which some files stay empty. */
class WithoutContent extends DelegatingFileSystem {
  readonly #isEmpty: (file: string) => boolean

  constructor(inner: FileSystem, isEmpty: (file: string) => boolean) {
    super(inner)
    this.#isEmpty = isEmpty
  }

  override async open(file: string, mode: OpenMode): Promise<File> {
    const opened = await super.open(file, mode)
    return this.#isEmpty(file) ? new FileWithoutWrites(opened, (each) => each.sync()) : opened
  }
}

class FileWithoutWrites extends FileWithSync {
  override writev(): Promise<void> {
    return Promise.resolve()
  }

  override writevSync(): void {
    return undefined
  }
}

/** Folders keep the names that are to say that they go. */
class WithoutBurials extends DelegatingFileSystem {
  override async rename(from: string, to: string): Promise<void> {
    if (!to.endsWith('-delete')) await super.rename(from, to)
  }
}

/** Names of files are never brought to the disk, and those that take the place of others neither. */
class WithoutDirectorySyncs extends DelegatingFileSystem {
  override async syncDirectory(directory: string): Promise<void> {
    await this.stat(directory)
  }

  override async writeFile(file: string, content: Uint8Array | string, options?: WriteFileOptions): Promise<void> {
    if (options?.atomic !== true) return super.writeFile(file, content)
    await super.writeFile(`${file}.tmp`, content)
    const opened = await this.open(`${file}.tmp`, 'readwrite')
    await opened.sync()
    await opened.close()
    await this.rename(`${file}.tmp`, file)
  }
}

/** The syncs of the segments happen when the clean-shutdown marker is written, and not before. */
class MarkerBeforeData extends DelegatingFileSystem {
  #owed = new Set<string>()

  override async open(file: string, mode: OpenMode): Promise<File> {
    const opened = await super.open(file, mode)
    if (!file.endsWith('.log')) return opened
    return new FileWithSync(opened, async () => void this.#owed.add(file))
  }

  override async writeFile(file: string, content: Uint8Array | string, options?: WriteFileOptions): Promise<void> {
    await super.writeFile(file, content, options)
    if (path.basename(file) !== '.kafka_cleanshutdown') return
    const owed = this.#owed
    this.#owed = new Set()
    for (const each of owed) {
      if (!(await this.exists(each))) continue
      const opened = await super.open(each, 'readwrite')
      await opened.sync()
      await opened.close()
    }
  }
}

/**
 * Mistakes that a storage can make, as file systems that leave out what the mistake leaves out. Each must be found; what
 * finds none of these finds nothing.
 */
export const plantedBugs: Readonly<Record<string, Wrap>> = {
  'an answer before the sync': (fs) => new WithoutSyncs(fs, (file) => file.endsWith('.log')),
  'a recovery point ahead of the data': (fs) => new WithoutSyncs(fs, (file) => file.endsWith('.log')),
  'a swap before the sync': (fs) => new WithoutSyncs(fs, (file) => file.endsWith('.cleaned')),
  'a clean-shutdown marker before the data': (fs) => new MarkerBeforeData(fs),
  'a rename without a sync of its folder': (fs) => new WithoutDirectorySyncs(fs),
  'a topic id that is not on the disk when records are': (fs) => {
    return new WithoutSyncs(fs, (file) => file.endsWith('partition.metadata'))
  },
  'a deleted topic that is taken for the next one': (fs) => new WithoutBurials(fs),
}

const isLogOf =
  (name: RegExp) =>
  (file: string): boolean =>
    file.endsWith('.log') && name.test(path.basename(path.dirname(file)))

/** The same of a whole broker: what it answers before it is on the disk. */
export const plantedBrokerBugs: Readonly<Record<string, Wrap>> = {
  'records that are acknowledged before the sync': (fs) => new WithoutSyncs(fs, isLogOf(/^topic/)),
  'topics that are acknowledged before the sync': (fs) => new WithoutSyncs(fs, isLogOf(/^__cluster_metadata/)),
  'offsets that are acknowledged before the sync': (fs) => new WithoutSyncs(fs, isLogOf(/^__consumer_offsets/)),
  'aborted transactions that are forgotten': (fs) => new WithoutContent(fs, (file) => file.endsWith('.txnindex')),
  'transactions that end before the sync': (fs) => new WithoutSyncs(fs, isLogOf(/^__transaction_state/)),
}

import path from 'node:path'
import { crc32c } from '@milena/records'
import { FileSystemError } from '@milena/runtime'
import type { File, FileSystem, OpenMode, WriteFileOptions } from '@milena/runtime'
import type { Wrap } from '../crash/recovery.ts'
import { DelegatingFileSystem, FileWithSync } from './delegating-file-system.ts'

const CRC_AT = 17

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

/** A storage that does not look at what a sync says. */
class SilentSyncs extends DelegatingFileSystem {
  override async open(file: string, mode: OpenMode): Promise<File> {
    const opened = await super.open(file, mode)
    return new FileWithSync(opened, (each) => each.sync().catch(() => undefined))
  }
}

/** A disk that is full for good: it never has room for what is written to see whether it has. */
class WithoutRoomForProbes extends DelegatingFileSystem {
  override async writeFile(file: string, content: Uint8Array | string, options?: WriteFileOptions): Promise<void> {
    if (file.endsWith('disk-probe')) throw new FileSystemError('ENOSPC', 'no space is left on the disk', file)
    await super.writeFile(file, content, options)
  }
}

/** Makes checksums right that are not: as if nobody looked at them. */
class RightChecksums extends FileWithSync {
  override async read(target: Uint8Array, position: number): Promise<number> {
    const filled = await super.read(target, position)
    const bytes = Buffer.from(target.buffer, target.byteOffset, filled)
    for (let at = 0; at + 61 <= filled;) {
      const size = 12 + bytes.readInt32BE(at + 8)
      if (size < 61 || at + size > filled) break
      bytes.writeUInt32BE(crc32c(bytes.subarray(at + CRC_AT + 4, at + size)), at + CRC_AT)
      at += size
    }
    return filled
  }
}

class WithoutChecksums extends DelegatingFileSystem {
  override async open(file: string, mode: OpenMode): Promise<File> {
    const opened = await super.open(file, mode)
    return file.endsWith('.log') ? new RightChecksums(opened, (each) => each.sync()) : opened
  }
}

const COMMIT_FILE = /milena-commit-[ab]$/

/** Once a commit file has answered for anything, the logs' own files are never synced again. */
class EmptiedTooEarly extends DelegatingFileSystem {
  #hasCommitted = false

  override async open(file: string, mode: OpenMode): Promise<File> {
    const opened = await super.open(file, mode)
    if (COMMIT_FILE.test(file)) this.#hasCommitted = true
    if (!file.endsWith('.log')) return opened
    return new FileWithSync(opened, (each) => (this.#hasCommitted ? Promise.resolve() : each.sync()))
  }
}

/**
 * Mistakes that a storage can make, as file systems that leave out what the mistake leaves out. Each must be found; what
 * finds none of these finds nothing.
 */
export const plantedBugs: Readonly<Record<string, Wrap>> = {
  'an answer before the sync': (fs) => new WithoutSyncs(fs, (file) => file.endsWith('.log')),
  'a recovery point ahead of the data': (fs) => new WithoutSyncs(fs, (file) => file.endsWith('.log')),
  'an answer before the sync of the commit file': (fs) => new WithoutSyncs(fs, (file) => COMMIT_FILE.test(file)),
  'a commit file emptied before the logs are synced': (fs) => new EmptiedTooEarly(fs),
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
  'members that join before the sync': (fs) => new WithoutSyncs(fs, isLogOf(/^__consumer_offsets/)),
  'deliveries that are acknowledged before the sync': (fs) => new WithoutSyncs(fs, isLogOf(/^__share_group_state/)),
}

/** Mistakes that show when the disk refuses something. */
export const plantedFaultBugs: Readonly<Record<string, Wrap>> = {
  'a failed sync of which nobody hears': (fs) => new SilentSyncs(fs),
  'a disk that is not found to take writes again': (fs) => new WithoutRoomForProbes(fs),
}

/** Mistakes that show when a bit of the disk has changed. */
export const plantedFlipBugs: Readonly<Record<string, Wrap>> = {
  'checksums that nobody looks at': (fs) => new WithoutChecksums(fs),
}

import type { Logger } from '@milena/runtime'
import type { KeyedQueue } from '../keyed-queue.ts'
import type { HostedLog } from '../manager/log-checkpoints.ts'
import type { LogDir } from '../manager/log-dir.ts'
import { StorageError, storageFailure } from '../storage-error.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { topicPartitionName } from '../topic-partition.ts'
import type { LogTwins } from './log-twins.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

/** A log that could not be opened, and how to try it again. */
export interface ClosedLog {
  readonly topicPartition: TopicPartition
  readonly dir: LogDir
  /** As the checkpoint has it. */
  readonly recoveryPoint: number
  /** Opens it as the next start would; undefined when nothing of it had to be kept, and it is gone. */
  readonly open: () => Promise<UnifiedLog | undefined>
}

interface OfflineLog extends ClosedLog {
  readonly failure: StorageError
  /** It was the disk that refused: what is there may be as good as ever. */
  readonly mayOpenLater: boolean
}

export interface OfflineLogsOptions {
  readonly logger: Logger
  /** What else changes which logs there are waits for its turn here. */
  readonly changes: KeyedQueue
  readonly hosted: (name: string) => HostedLog | undefined
  /** Judges logs that lie in two folders. */
  readonly twins: Pick<LogTwins, 'buryLate'>
  /** Takes what opened after all; undefined where nothing is left of it. */
  readonly onOpened: (closed: ClosedLog, log: UnifiedLog | undefined) => void
}

/**
 * Logs that could not be opened: nothing may be made in their place, for their records are still there. One that the
 * disk did not let open, because it was full for example, is tried again; a damaged one waits for who mends it.
 */
export class OfflineLogs {
  readonly #o: OfflineLogsOptions
  /** By the partition's name; a move that was interrupted at its end leaves one in each of two folders. */
  readonly #logs = new Map<string, readonly OfflineLog[]>()

  constructor(o: OfflineLogsOptions) {
    this.#o = o
  }

  /** Returns whether it may open later. */
  add(closed: ClosedLog, error: unknown): boolean {
    const failure = storageFailure('the log could not be opened', error)
    const mayOpenLater = isRefusal(error)
    this.#put({ ...closed, failure, mayOpenLater })
    closed.dir.hasOfflineLogs = true
    return mayOpenLater
  }

  #put(offline: OfflineLog): void {
    const others = this.of(offline.topicPartition).filter(({ dir }) => dir !== offline.dir)
    this.#logs.set(topicPartitionName(offline.topicPartition), [...others, offline])
  }

  /** None, mostly; two after an interrupted move. */
  of(topicPartition: TopicPartition): readonly OfflineLog[] {
    return (this.#logs.size > 0 && this.#logs.get(topicPartitionName(topicPartition))) || []
  }

  delete({ topicPartition, dir }: Pick<ClosedLog, 'topicPartition' | 'dir'>): void {
    const name = topicPartitionName(topicPartition)
    const others = this.of(topicPartition).filter((each) => each.dir !== dir)
    if (others.length > 0) this.#logs.set(name, others)
    else this.#logs.delete(name)
    dir.hasOfflineLogs = [...this.#logs.values()].some((logs) => logs.some((each) => each.dir === dir))
  }

  /** Opens what it was the disk of this folder that kept closed; returns whether nothing like that is left. */
  async openIn(dir: LogDir): Promise<boolean> {
    for (const offline of this.#waitingIn(dir)) {
      const name = topicPartitionName(offline.topicPartition)
      await this.#o.changes.run(name, () => this.#open(name, offline))
    }
    return this.#waitingIn(dir).length === 0
  }

  #waitingIn(dir: LogDir): readonly OfflineLog[] {
    return [...this.#logs.values()].flat().filter((offline) => offline.dir === dir && offline.mayOpenLater)
  }

  async #open(name: string, offline: OfflineLog): Promise<void> {
    const { dir, topicPartition } = offline
    // It may be deleted by now.
    if (!this.of(topicPartition).includes(offline)) return
    const hosted = this.#o.hosted(name)
    let log: UnifiedLog | undefined
    try {
      log = await offline.open()
      if (hosted !== undefined && log !== undefined) {
        if (!(await this.#o.twins.buryLate(hosted, { log, dir }))) {
          this.#put({ ...offline, mayOpenLater: false })
          return
        }
        log = undefined
      }
    } catch (error) {
      const sentence = 'The log of a partition still cannot be opened; the partition stays offline'
      this.#o.logger.limited(name).warn(sentence, { partition: name, error })
      this.add(offline, error)
      return
    }
    this.delete(offline)
    this.#o.onOpened(offline, log)
    if (log === undefined) return
    this.#o.logger.info('A log that the disk had kept closed is open', {
      partition: name,
      logEndOffset: log.logEndOffset,
    })
  }
}

/** Whether it was the file system that said so, and not what lies on it. */
function isRefusal(error: unknown): boolean {
  const source = error instanceof StorageError ? error.cause : error
  return source instanceof Error && 'code' in source && typeof source.code === 'string' && /^E[A-Z]+$/.test(source.code)
}

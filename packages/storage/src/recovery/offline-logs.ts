import type { LogDir } from '../manager/log-dir.ts'
import { storageFailure } from '../storage-error.ts'
import type { StorageError } from '../storage-error.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { topicPartitionName } from '../topic-partition.ts'

interface OfflineLog {
  readonly failure: StorageError
  readonly dir: LogDir
}

/** Logs that could not be opened: nothing may be made in their place, for their records are still there. */
export class OfflineLogs {
  readonly #logs = new Map<string, OfflineLog>()

  add(topicPartition: TopicPartition, dir: LogDir, error: unknown): void {
    const failure = storageFailure('the log could not be opened', error)
    this.#logs.set(topicPartitionName(topicPartition), { failure, dir })
    dir.hasOfflineLogs = true
  }

  get(topicPartition: TopicPartition): OfflineLog | undefined {
    return this.#logs.get(topicPartitionName(topicPartition))
  }

  delete(topicPartition: TopicPartition): void {
    this.#logs.delete(topicPartitionName(topicPartition))
  }
}

import { ZERO_UUID } from '@milena/protocol/messages'
import type { Logger } from '@milena/runtime'
import type { LogBurial } from '../manager/log-burial.ts'
import type { HostedLog } from '../manager/log-checkpoints.ts'
import { topicPartitionName } from '../topic-partition.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

/**
 * Logs that lie in two folders, because the power went at the end of a move: the copy had its name, and the original had
 * not lost it for good. Nothing is written to a copy before that, so both hold the same, and one of them may go.
 */
export class LogTwins {
  readonly #burial: LogBurial
  readonly #logger: Logger
  #surplus: HostedLog[] = []

  constructor(o: { readonly burial: LogBurial; readonly logger: Logger }) {
    this.#burial = o.burial
    this.#logger = o.logger
  }

  /** Whether these are such a pair; then the one that starts earlier is buried with {@link bury}, and the other stays. */
  choose(known: HostedLog, found: HostedLog): HostedLog | undefined {
    if (!areTheSame(known.log, found.log)) return undefined
    const stays = isBetter(found.log, known.log) ? found : known
    this.#surplus.push(stays === found ? known : found)
    return stays
  }

  async bury(): Promise<void> {
    const surplus = this.#surplus
    this.#surplus = []
    for (const each of surplus) await this.#bury(each)
  }

  /**
   * Of such a pair one could not be opened at the start, and the other is in use since: the first one goes, and false is
   * returned when it is none of a pair. It is closed.
   */
  async buryLate(hosted: HostedLog, found: HostedLog): Promise<boolean> {
    const goes = isSurplus(found.log, hosted.log)
    if (goes) await this.#bury(found)
    else await found.log.close({ flush: false })
    return goes
  }

  async #bury({ log, dir }: HostedLog): Promise<void> {
    const { topicPartition } = log
    await log.close({ flush: false })
    const renamedTo = await this.#burial.buryForGood(topicPartition, dir, log.config)
    const fields = { partition: topicPartitionName(topicPartition), renamedTo }
    this.#logger.warn('A move was interrupted at its end; of the two folders with the same records one goes', fields)
  }
}

/** What was written since to the one that is in use, the other one lacks. */
function isSurplus(found: UnifiedLog, hosted: UnifiedLog): boolean {
  const isSameTopic = found.topicId === hosted.topicId || found.topicId === ZERO_UUID
  return isSameTopic && found.logEndOffset <= hosted.logEndOffset
}

/**
 * The id of a topic without records is not on the disk for good; the copy has it all the same. One that knows of a
 * deletion of all its records knows of no leader epoch any more.
 */
function areTheSame(left: UnifiedLog, right: UnifiedLog): boolean {
  const isSameTopic = left.topicId === right.topicId || [left.topicId, right.topicId].includes(ZERO_UUID)
  const isEmptied = [left, right].some((log) => log.logStartOffset === log.logEndOffset)
  const isSameEpoch = left.latestEpoch === right.latestEpoch || isEmptied
  return isSameTopic && left.logEndOffset === right.logEndOffset && isSameEpoch
}

/** One that knows its topic before one that does not; then the one that knows of more deletions. */
function isBetter(log: UnifiedLog, than: UnifiedLog): boolean {
  if (log.topicId !== than.topicId) return than.topicId === ZERO_UUID
  return log.logStartOffset > than.logStartOffset
}

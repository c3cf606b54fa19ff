import type { ValidBatch } from '@milena/records'
import { RecordBatch } from '@milena/records'
import type { AppendOptions, AppendResult } from '../log/append-result.ts'
import { refused, repeated } from '../log/append-result.ts'
import type { AbortedTransaction } from '../segment/aborted-transaction.ts'
import type { LocalLog } from '../log/local-log.ts'
import type { LogContext } from '../log-context.ts'
import { markerOf, noteBatch, rebuildProducers } from './producer-rebuild.ts'
import type { ProducerSnapshots } from './producer-snapshots.ts'
import type { ProducerBatch, ProducerStateEntry } from './producer-state-entry.ts'
import type { ProducerStateManager } from './producer-state-manager.ts'
import type { VerificationGuard } from './transaction-verification.ts'

/** A producer about to append the first batch of a transaction. */
export interface TransactionStart {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  /** The client begins transactions by producing, and bumps its epoch with each (KIP-890). */
  readonly supportsEpochBump: boolean
}

/** The part of a log that concerns producers: who may append what, and which of it is stable. */
export class LogProducers {
  readonly #context: LogContext
  readonly #name: string
  readonly #manager: ProducerStateManager
  readonly #snapshots: ProducerSnapshots
  readonly #local: LocalLog

  constructor(o: {
    readonly context: LogContext
    readonly name: string
    readonly producers: ProducerStateManager
    readonly snapshots: ProducerSnapshots
    readonly local: LocalLog
    readonly highWatermark: number
  }) {
    this.#context = o.context
    this.#name = o.name
    this.#manager = o.producers
    this.#snapshots = o.snapshots
    this.#local = o.local
    this.onHighWatermark(o.highWatermark)
  }

  /** By id. */
  get active(): readonly ProducerStateEntry[] {
    return this.#manager.activeProducers()
  }

  /** Nothing is known of any producer. */
  get isEmpty(): boolean {
    return this.#manager.size === 0
  }

  /** The first record of a transaction that is open, or whose marker is not committed; Infinity when there is none. */
  get firstUnstableOffset(): number {
    return this.#manager.transactions.firstUnstableOffset
  }

  removeExpired(): void {
    this.#manager.removeExpired(this.#context.clock.nowMs(), this.#context.producerIdExpirationMs())
  }

  /**
   * Called before the coordinator of a transaction is asked whether this log is part of it. Undefined: no need to ask,
   * the transaction is open here; an error when the producer is fenced.
   */
  startVerification(start: TransactionStart): VerificationGuard | 'INVALID_PRODUCER_EPOCH' | undefined {
    const { producerId, producerEpoch } = start
    if (this.#manager.hasOngoingTransaction(producerId, producerEpoch)) return undefined
    if (producerEpoch < (this.#manager.entry(producerId)?.producerEpoch ?? -1)) return 'INVALID_PRODUCER_EPOCH'
    return this.#manager.verifications.start({ ...start, nowMs: this.#context.clock.nowMs() })
  }

  /** What of a validated batch concerns its producer. */
  describe(batch: ValidBatch): ProducerBatch {
    const described = { ...batch, baseOffset: batch.firstOffset }
    return batch.isControl ? { ...described, ...markerOf(RecordBatch.at(batch.bytes)) } : described
  }

  /** The answer to a batch that the producer's state does not let in; undefined for one that may be appended. */
  check(batch: ProducerBatch, options: AppendOptions, logStartOffset: number): AppendResult | undefined {
    const check = this.#manager.check(batch, options)
    if (check.kind === 'refused') return refused(check.error, `${this.#name}: ${check.message}`)
    if (check.kind === 'next') return undefined
    // The original may still be on its way to the file.
    return repeated(check.original, logStartOffset, this.#local.written(check.original.lastOffset + 1))
  }

  /** Notes a batch that was given to the active segment. */
  note(batch: ProducerBatch): void {
    const aborted = noteBatch(this.#manager, batch)
    if (aborted !== undefined) this.#local.segments.active.transactionIndex.add(aborted)
  }

  updateMapEndOffset(offset: number): void {
    this.#manager.updateMapEndOffset(offset)
  }

  /** The content of a snapshot of this moment. */
  encode(): Buffer {
    return this.#manager.encode()
  }

  onHighWatermark(highWatermark: number): void {
    this.#manager.transactions.releaseTo(highWatermark)
  }

  /** Reads the producers again from what is left of the log. */
  async rebuild(o: {
    readonly logStartOffset: number
    readonly logEndOffset: number
    highWatermark: number
  }): Promise<void> {
    const { segments } = this.#local
    await rebuildProducers({
      ...o,
      context: this.#context,
      producers: this.#manager,
      snapshots: this.#snapshots,
      segments,
    })
    this.onHighWatermark(o.highWatermark)
  }

  /** Forgets everything, for a log that begins anew at `offset`. */
  async reset(offset: number): Promise<void> {
    this.#manager.reset(offset)
    await this.#snapshots.removeForGood(() => true)
  }

  /** The end of the log will have a snapshot once it is closed in order, or an older one has one. */
  get leavesSnapshot(): boolean {
    return !this.isEmpty || this.#snapshots.offsets.length > 0 || !this.#local.segments.isSmall
  }

  /** Leaves the producers for the next start, which finds them by the log's end. */
  async writeLastSnapshot(logEndOffset: number): Promise<void> {
    if (this.leavesSnapshot && logEndOffset > 0 && !this.#snapshots.offsets.includes(logEndOffset)) {
      await this.#snapshots.write(logEndOffset, this.#manager.encode())
    }
    const bases = new Set(this.#local.segments.values().map((segment) => segment.baseOffset))
    await this.#snapshots.removeWhere((known) => known !== logEndOffset && !bases.has(known))
  }

  /**
   * The aborted transactions that a reader of the records from `startOffset` to before `nextOffset` must know, in the
   * order of their first offsets. There may be some that end behind these records, as in Kafka, which looks only as
   * closely as its sparse index does.
   */
  async abortedTransactions(
    startOffset: number,
    nextOffset: number,
    logEndOffset: number,
  ): Promise<readonly AbortedTransaction[]> {
    const segments = this.#local.segments.values(startOffset)
    // As good as always; and then nothing is waited for.
    if (startOffset >= nextOffset || segments.every((segment) => segment.transactionIndex.isEmpty)) return []
    return this.#local.whileOpen(async () => {
      const present = this.#local.segments.values(startOffset)
      const last = this.#local.segments.floor(nextOffset - 1) ?? this.#local.segments.active
      const upperBound = (await last.upperBoundOffset(nextOffset)) ?? this.#local.segments.higher(last)?.baseOffset
      return collectAborted(present, startOffset, upperBound ?? logEndOffset)
    })
  }
}

async function collectAborted(
  segments: ReturnType<LocalLog['segments']['values']>,
  startOffset: number,
  upperBoundOffset: number,
): Promise<AbortedTransaction[]> {
  const found: AbortedTransaction[] = []
  for (const segment of segments) {
    for (const transaction of await segment.transactionIndex.load()) {
      const { firstOffset, lastOffset, lastStableOffset } = transaction
      if (lastOffset >= startOffset && firstOffset < upperBoundOffset) found.push(transaction)
      if (lastStableOffset >= upperBoundOffset) return sorted(found)
    }
  }
  return sorted(found)
}

function sorted(transactions: readonly AbortedTransaction[]): AbortedTransaction[] {
  return transactions.toSorted((left, right) => left.firstOffset - right.firstOffset)
}

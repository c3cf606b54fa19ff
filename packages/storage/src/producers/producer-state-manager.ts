import type { AppendOrigin, EndTransactionMarker } from '@milena/records'
import { NO_PRODUCER_EPOCH } from '@milena/records'
import { NO_ENTRIES, writable } from './no-entries.ts'
import { decodeProducerSnapshot, encodeProducerSnapshot } from './producer-snapshot.ts'
import type { BatchMetadata, ProducerBatch } from './producer-state-entry.ts'
import { ProducerStateEntry, inSequence } from './producer-state-entry.ts'
import type { CompletedTransaction } from './transaction-offsets.ts'
import { TransactionOffsets } from './transaction-offsets.ts'
import { TransactionVerifications } from './transaction-verification.ts'

export interface ProducerRefusal {
  readonly kind: 'refused'
  readonly error:
    | 'OUT_OF_ORDER_SEQUENCE_NUMBER'
    | 'INVALID_PRODUCER_EPOCH'
    | 'INVALID_TXN_STATE'
    | 'TRANSACTION_COORDINATOR_FENCED'
  readonly message: string
}

export type ProducerCheck =
  | { readonly kind: 'next' }
  | { readonly kind: 'duplicate'; readonly original: BatchMetadata }
  | ProducerRefusal

/** How a batch is judged. */
export interface CheckOptions {
  readonly origin: AppendOrigin
  /** Of a marker; 0 unless given. */
  readonly transactionVersion?: number
  /** Set where a transaction may begin only with the consent of its coordinator: what was given out when it was asked. */
  readonly verification?: { readonly guard: object | undefined } | undefined
}

const NEXT: ProducerCheck = { kind: 'next' }

/**
 * What a log knows of the producers that wrote to it (Kafka's ProducerStateManager): a repeated batch is answered and
 * not appended, a gap is refused (KIP-98), and where transactions stand decides what readers of what is committed see.
 * All in memory; `mapEndOffset` says up to where the log is contained in it, and {@link encode} gives the content of a
 * snapshot file for that offset.
 */
export class ProducerStateManager {
  readonly transactions = new TransactionOffsets()
  readonly verifications = new TransactionVerifications()
  #producers: Map<number, ProducerStateEntry> = NO_ENTRIES
  #mapEndOffset: number

  constructor(startOffset: number) {
    this.#mapEndOffset = startOffset
  }

  /** Everything below this offset has been seen. */
  get mapEndOffset(): number {
    return this.#mapEndOffset
  }

  get size(): number {
    return this.#producers.size
  }

  entry(producerId: number): ProducerStateEntry | undefined {
    return this.#producers.get(producerId)
  }

  /** The producers that are remembered, by id. */
  activeProducers(): readonly ProducerStateEntry[] {
    return [...this.#producers.values()].toSorted((a, b) => a.producerId - b.producerId)
  }

  /** Whether the producer has a transaction open in this log, in this epoch. */
  hasOngoingTransaction(producerId: number, producerEpoch: number): boolean {
    const entry = this.#producers.get(producerId)
    return entry?.currentTxnFirstOffset !== undefined && entry.producerEpoch === producerEpoch
  }

  /** Judges a batch that is about to be appended; changes nothing. */
  check(batch: ProducerBatch, options: CheckOptions): ProducerCheck {
    const entry = this.#producers.get(batch.producerId)
    const { origin } = options
    if (origin === 'replication') return NEXT
    const original = origin === 'client' ? entry?.findDuplicate(batch) : undefined
    if (original !== undefined) return { kind: 'duplicate', original }
    if (batch.isControl) return checkMarker(entry, batch, options)
    return (
      (batch.isTransactional ? this.#checkVerification(entry, batch, options) : undefined) ??
      (entry === undefined ? undefined : checkEpoch(entry, batch)) ??
      (origin === 'client' ? this.#checkSequence(entry, batch) : undefined) ??
      checkTransaction(entry, batch) ??
      NEXT
    )
  }

  /** The first batch of a transaction must have been announced to its coordinator. */
  #checkVerification(
    entry: ProducerStateEntry | undefined,
    batch: ProducerBatch,
    { verification }: CheckOptions,
  ): ProducerCheck | undefined {
    if (verification === undefined || this.hasOngoingTransaction(batch.producerId, batch.producerEpoch))
      return undefined
    // The producer hears that it is fenced, not that its transaction is unknown.
    const refusal = entry === undefined ? undefined : checkEpoch(entry, batch)
    if (refusal !== undefined) return refusal
    const guard = this.verifications.get(batch.producerId)?.guard
    if (guard !== undefined && guard === verification.guard) return undefined
    return refuse('INVALID_TXN_STATE', 'Record was not part of an ongoing transaction')
  }

  #checkSequence(entry: ProducerStateEntry | undefined, batch: ProducerBatch): ProducerCheck | undefined {
    const { producerId, producerEpoch, baseSequence } = batch
    // As in Kafka, also of a batch that is of no transaction, while one of the producer's waits.
    const verified = this.verifications.get(producerId)
    if (verified !== undefined) {
      const isUnknown = entry?.lastBatch === undefined
      const isGap = verified.supportsEpochBump && baseSequence !== 0 && isUnknown
      if (isGap || baseSequence > verified.lowestSequence) {
        return refuse(
          'OUT_OF_ORDER_SEQUENCE_NUMBER',
          `producer ${producerId} (epoch ${producerEpoch}), whose transaction begins, appends sequence ${baseSequence}`,
        )
      }
    }
    if (entry === undefined || isInSequence(entry, batch)) return undefined
    return refuse(
      'OUT_OF_ORDER_SEQUENCE_NUMBER',
      `producer ${producerId} (epoch ${producerEpoch}) appends sequence ${baseSequence}, ` +
        `the last one here is ${entry.lastSequence} (epoch ${entry.producerEpoch})`,
    )
  }

  /**
   * Notes a batch of the log: one just appended, or one read again after a restart. Returns the transaction that it
   * ends, which `transactions` must then be told of.
   */
  append(batch: ProducerBatch): CompletedTransaction | undefined {
    let entry = this.#producers.get(batch.producerId)
    if (entry === undefined) {
      // The marker of a transaction of which nothing is left says nothing.
      if (batch.isControl && batch.marker === undefined) return undefined
      entry = new ProducerStateEntry({ producerId: batch.producerId, producerEpoch: batch.producerEpoch })
      this.#producers = writable(this.#producers).set(batch.producerId, entry)
    }
    if (batch.isControl) return batch.marker === undefined ? undefined : this.#end(entry, batch, batch.marker)
    entry.add(batch.producerEpoch, {
      firstSequence: batch.baseSequence,
      lastSequence: batch.lastSequence,
      firstOffset: batch.baseOffset,
      lastOffset: batch.lastOffset,
      timestamp: batch.maxTimestamp,
    })
    if (!batch.isTransactional) return undefined
    this.verifications.finish(batch.producerId)
    if (entry.currentTxnFirstOffset === undefined) {
      entry.currentTxnFirstOffset = batch.baseOffset
      this.transactions.begin(batch.producerId, batch.baseOffset)
    }
    return undefined
  }

  #end(
    entry: ProducerStateEntry,
    { producerId, producerEpoch, baseOffset, maxTimestamp }: ProducerBatch,
    { committed, coordinatorEpoch }: EndTransactionMarker,
  ): CompletedTransaction | undefined {
    const firstOffset = entry.currentTxnFirstOffset
    entry.updateEpoch(producerEpoch)
    entry.coordinatorEpoch = coordinatorEpoch
    entry.lastTimestamp = maxTimestamp
    entry.currentTxnFirstOffset = undefined
    this.verifications.end(producerId, producerEpoch)
    // A transaction without records here concerns no reader.
    if (firstOffset === undefined) return undefined
    return { producerId, firstOffset, lastOffset: baseOffset, isAborted: !committed }
  }

  /** Says that everything below `offset` has been seen, whether or not a producer wrote it. */
  updateMapEndOffset(offset: number): void {
    this.#mapEndOffset = offset
  }

  /** Forgets producers that have been idle for `producer.id.expiration.ms`; one with an open transaction stays. */
  removeExpired(nowMs: number, expirationMs: number): void {
    for (const entry of this.#producers.values()) {
      if (isExpired(entry, nowMs, expirationMs)) this.#producers.delete(entry.producerId)
    }
    this.verifications.removeExpired(nowMs, expirationMs)
  }

  /** Forgets everything and starts anew at `offset`. */
  reset(offset: number): void {
    this.#producers.clear()
    this.transactions.clear()
    this.verifications.clear()
    this.#mapEndOffset = offset
  }

  /** The content of the snapshot file for `mapEndOffset`. */
  encode(): Buffer {
    return encodeProducerSnapshot([...this.#producers.values()])
  }

  /** Takes the place of what was known with the content of the snapshot file for `offset`; throws if it is damaged. */
  load(snapshot: Uint8Array, offset: number, nowMs: number, expirationMs: number): void {
    const entries = decodeProducerSnapshot(snapshot)
    this.reset(offset)
    for (const entry of entries) {
      if (isExpired(entry, nowMs, expirationMs)) continue
      this.#producers = writable(this.#producers).set(entry.producerId, entry)
    }
    this.transactions.load(
      entries.flatMap(({ currentTxnFirstOffset: firstOffset, producerId }) =>
        firstOffset === undefined ? [] : [[firstOffset, producerId] as const],
      ),
    )
  }
}

function refuse(error: ProducerRefusal['error'], message: string): ProducerRefusal {
  return { kind: 'refused', error, message }
}

function checkEpoch(
  entry: ProducerStateEntry,
  { producerId, producerEpoch }: ProducerBatch,
): ProducerCheck | undefined {
  if (producerEpoch >= entry.producerEpoch) return undefined
  return refuse(
    'INVALID_PRODUCER_EPOCH',
    `producer ${producerId} appends with epoch ${producerEpoch}, its epoch is ${entry.producerEpoch} by now`,
  )
}

function isInSequence(entry: ProducerStateEntry, batch: ProducerBatch): boolean {
  if (entry.producerEpoch === NO_PRODUCER_EPOCH) return true
  if (batch.producerEpoch !== entry.producerEpoch) return batch.baseSequence === 0
  return inSequence(entry.lastSequence, batch.baseSequence)
}

/** While a transaction is open, its producer writes nothing outside of it. */
function checkTransaction(entry: ProducerStateEntry | undefined, batch: ProducerBatch): ProducerCheck | undefined {
  if (batch.isTransactional || entry?.currentTxnFirstOffset === undefined) return undefined
  return refuse('INVALID_TXN_STATE', `producer ${batch.producerId} writes outside of its open transaction`)
}

/**
 * The marker of a zombie coordinator, or of an older epoch, ends nothing. From version 2 of the protocol on each
 * transaction ends with a new epoch, so that a marker that came late cannot end the next one; it may be repeated while
 * none is open.
 */
function checkMarker(
  entry: ProducerStateEntry | undefined,
  batch: ProducerBatch,
  { transactionVersion = 0 }: CheckOptions,
): ProducerCheck {
  if (entry === undefined) return NEXT
  const { producerEpoch, marker } = batch
  const isRepeated = producerEpoch === entry.producerEpoch
  const mustBeNewer = transactionVersion >= 2 && entry.currentTxnFirstOffset !== undefined
  if (producerEpoch < entry.producerEpoch || (isRepeated && mustBeNewer)) {
    return refuse(
      'INVALID_PRODUCER_EPOCH',
      `a marker of producer ${batch.producerId} has epoch ${producerEpoch}, its epoch is ${entry.producerEpoch} by now`,
    )
  }
  if (marker !== undefined && marker.coordinatorEpoch < entry.coordinatorEpoch) {
    return refuse(
      'TRANSACTION_COORDINATOR_FENCED',
      `a marker of coordinator epoch ${marker.coordinatorEpoch}, after one of epoch ${entry.coordinatorEpoch}`,
    )
  }
  return NEXT
}

function isExpired(entry: ProducerStateEntry, nowMs: number, expirationMs: number): boolean {
  return entry.currentTxnFirstOffset === undefined && nowMs - entry.lastTimestamp >= expirationMs
}

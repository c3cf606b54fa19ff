import type { AppendOrigin } from '@milena/records'
import { NO_PRODUCER_EPOCH } from '@milena/records'
import { decodeProducerSnapshot, encodeProducerSnapshot } from './producer-snapshot.ts'
import type { BatchMetadata, ProducerBatch } from './producer-state-entry.ts'
import { ProducerStateEntry, inSequence } from './producer-state-entry.ts'

export type ProducerCheck =
  | { readonly kind: 'next' }
  | { readonly kind: 'duplicate'; readonly original: BatchMetadata }
  | {
      readonly kind: 'refused'
      readonly error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' | 'INVALID_PRODUCER_EPOCH'
      readonly message: string
    }

/**
 * What a log knows of the producers that wrote to it (Kafka's ProducerStateManager), so that a repeated batch is
 * answered and not appended, and a gap is refused (KIP-98). All in memory; `mapEndOffset` says up to where the log
 * is contained in it, and {@link encode} gives the content of a snapshot file for that offset.
 *
 * Transactions (open ones, their first offsets, the last stable offset) will stand beside this: `append` sees every
 * batch with its transactional and control bits, and `currentTxnFirstOffset` already has its place in the entries
 * and in the snapshots.
 */
export class ProducerStateManager {
  readonly #producers = new Map<number, ProducerStateEntry>()
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

  /** Judges a batch that is about to be appended; changes nothing. */
  check(batch: ProducerBatch, origin: AppendOrigin): ProducerCheck {
    const entry = this.#producers.get(batch.producerId)
    if (entry === undefined || origin === 'replication') return { kind: 'next' }
    const original = origin === 'client' ? entry.findDuplicate(batch) : undefined
    if (original !== undefined) return { kind: 'duplicate', original }
    if (batch.producerEpoch < entry.producerEpoch) {
      return {
        kind: 'refused',
        error: 'INVALID_PRODUCER_EPOCH',
        message: `producer ${batch.producerId} appends with epoch ${batch.producerEpoch}, its epoch is ${entry.producerEpoch} by now`,
      }
    }
    if (origin !== 'client' || batch.isControl || this.#isInSequence(entry, batch)) return { kind: 'next' }
    return {
      kind: 'refused',
      error: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
      message:
        `producer ${batch.producerId} (epoch ${batch.producerEpoch}) appends sequence ${batch.baseSequence}, ` +
        `the last one here is ${entry.lastSequence} (epoch ${entry.producerEpoch})`,
    }
  }

  #isInSequence(entry: ProducerStateEntry, batch: ProducerBatch): boolean {
    if (entry.producerEpoch === NO_PRODUCER_EPOCH) return true
    if (batch.producerEpoch !== entry.producerEpoch) return batch.baseSequence === 0
    return inSequence(entry.lastSequence, batch.baseSequence)
  }

  /** Notes a batch of the log: one just appended, or one read again after a restart. */
  append(batch: ProducerBatch): void {
    let entry = this.#producers.get(batch.producerId)
    if (entry === undefined) {
      entry = new ProducerStateEntry({ producerId: batch.producerId, producerEpoch: batch.producerEpoch })
      this.#producers.set(batch.producerId, entry)
    }
    if (batch.isControl) {
      entry.updateEpoch(batch.producerEpoch)
      entry.lastTimestamp = batch.maxTimestamp
      return
    }
    entry.add(batch.producerEpoch, {
      firstSequence: batch.baseSequence,
      lastSequence: batch.lastSequence,
      firstOffset: batch.baseOffset,
      lastOffset: batch.lastOffset,
      timestamp: batch.maxTimestamp,
    })
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
  }

  /** Forgets everything and starts anew at `offset`. */
  reset(offset: number): void {
    this.#producers.clear()
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
      if (!isExpired(entry, nowMs, expirationMs)) this.#producers.set(entry.producerId, entry)
    }
  }
}

function isExpired(entry: ProducerStateEntry, nowMs: number, expirationMs: number): boolean {
  return entry.currentTxnFirstOffset === undefined && nowMs - entry.lastTimestamp >= expirationMs
}

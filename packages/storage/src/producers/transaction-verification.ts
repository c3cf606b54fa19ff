import { NO_ENTRIES, writable } from './no-entries.ts'

/**
 * Given out before the transaction coordinator is asked whether a partition is part of a transaction, and shown again
 * with the append. A marker that comes between the two makes it worthless, so that no record of an ended transaction
 * reaches the log (KIP-890).
 */
export interface VerificationGuard {
  readonly producerId: number
}

interface Verification {
  readonly guard: VerificationGuard
  readonly startMs: number
  /** The producer bumps its epoch with every transaction, so that each begins at sequence 0. */
  readonly supportsEpochBump: boolean
  producerEpoch: number
  lowestSequence: number
}

/** The producers that wait for their first transactional append to a log (Kafka's VerificationStateEntry). */
export class TransactionVerifications {
  #byProducer: Map<number, Verification> = NO_ENTRIES

  start(o: {
    readonly producerId: number
    readonly producerEpoch: number
    readonly baseSequence: number
    readonly supportsEpochBump: boolean
    readonly nowMs: number
  }): VerificationGuard {
    const { producerId, producerEpoch, baseSequence, supportsEpochBump, nowMs } = o
    let known = this.#byProducer.get(producerId)
    if (known === undefined) {
      const guard = { producerId }
      known = { guard, startMs: nowMs, supportsEpochBump, producerEpoch, lowestSequence: baseSequence }
      this.#byProducer = writable(this.#byProducer).set(producerId, known)
    } else if (producerEpoch > known.producerEpoch) {
      known.producerEpoch = producerEpoch
      known.lowestSequence = baseSequence
    } else if (producerEpoch === known.producerEpoch && baseSequence < known.lowestSequence) {
      known.lowestSequence = baseSequence
    }
    return known.guard
  }

  get(producerId: number): Verification | undefined {
    return this.#byProducer.get(producerId)
  }

  /** The first append has come. */
  finish(producerId: number): void {
    this.#byProducer.delete(producerId)
  }

  /**
   * A marker has come. Where epochs are bumped, that of a transaction's end is the next transaction's: what waits with it
   * has begun already.
   */
  end(producerId: number, producerEpoch: number): void {
    const known = this.#byProducer.get(producerId)
    if (known?.supportsEpochBump === true && known.producerEpoch === producerEpoch) return
    this.#byProducer.delete(producerId)
  }

  removeExpired(nowMs: number, expirationMs: number): void {
    for (const [producerId, { startMs }] of this.#byProducer) {
      if (nowMs - startMs >= expirationMs) this.#byProducer.delete(producerId)
    }
  }

  clear(): void {
    this.#byProducer.clear()
  }
}

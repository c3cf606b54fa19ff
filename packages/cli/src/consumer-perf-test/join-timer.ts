import { partitionKey, type RebalanceListener, type TopicPartition } from '@milena/client'

/** Measures how long a consumer is without partitions. */
export class JoinTimer implements RebalanceListener {
  readonly #nowMs: () => number
  readonly #assigned = new Set<string>()
  #startMs: number
  /** Since the beginning. */
  totalMs = 0
  /** Since somebody last set it to 0. */
  roundMs = 0

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
    this.#startMs = nowMs()
  }

  onPartitionsRevoked(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#assigned.delete(partitionKey(partition))
    if (this.#assigned.size === 0) this.#startMs = this.#nowMs()
  }

  onPartitionsAssigned(partitions: readonly TopicPartition[]): void {
    if (this.#assigned.size === 0) {
      const elapsedMs = this.#nowMs() - this.#startMs
      this.totalMs += elapsedMs
      this.roundMs += elapsedMs
    }
    for (const partition of partitions) this.#assigned.add(partitionKey(partition))
  }
}

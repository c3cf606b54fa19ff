import assert from 'node:assert/strict'

export interface MarkerOfSimulation {
  readonly producerId: number
  readonly producerEpoch: number
  readonly isCommit: boolean
}

interface OpenTransaction {
  producerEpoch: number
  readonly values: string[]
}

/** What data partitions hold: values that producers wrote in transactions, and how each transaction ended there. */
export class SimulatedPartitions {
  readonly committed = new Set<string>()
  readonly aborted = new Set<string>()
  /** By partition, then by producer id. */
  readonly #open = new Map<number, Map<number, OpenTransaction>>()
  /** By partition and producer id: epochs below are fenced. */
  readonly #epochs = new Map<string, number>()

  get openValues(): readonly string[] {
    return Array.from(this.#open.values()).flatMap((producers) =>
      [...producers.values()].flatMap(({ values }) => values),
    )
  }

  /** Returns false when the producer is fenced here. */
  append(partition: number, producerId: number, producerEpoch: number, value: string): boolean {
    const key = `${partition} ${producerId}`
    if ((this.#epochs.get(key) ?? -1) > producerEpoch) return false
    this.#epochs.set(key, producerEpoch)
    const producers = this.#open.get(partition) ?? new Map<number, OpenTransaction>()
    this.#open.set(partition, producers)
    const open = producers.get(producerId) ?? { producerEpoch, values: [] }
    producers.set(producerId, open)
    assert.equal(open.producerEpoch, producerEpoch, 'a transaction has one epoch')
    open.values.push(value)
    return true
  }

  /** A marker without an open transaction ends nothing: it was written before. */
  mark(partition: number, { producerId, producerEpoch, isCommit }: MarkerOfSimulation): void {
    const key = `${partition} ${producerId}`
    const known = this.#epochs.get(key) ?? -1
    assert.ok(known <= producerEpoch, 'a marker is never older than what it ends')
    this.#epochs.set(key, producerEpoch)
    const producers = this.#open.get(partition)
    const open = producers?.get(producerId)
    if (open === undefined) return
    producers?.delete(producerId)
    for (const value of open.values) (isCommit ? this.committed : this.aborted).add(value)
  }
}

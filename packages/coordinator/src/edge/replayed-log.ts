import type { CoordinatorShard, RecordProducer, ShardTypes, TransactionEnd } from '../runtime/coordinator-shard.ts'
import { Timeline } from '../runtime/timeline.ts'
import type { CoordinatorLoader, RecordSerde } from './ports.ts'

export interface ReplayedLogPorts<T extends ShardTypes> {
  readonly shard: CoordinatorShard<T>
  readonly serde: RecordSerde<T['record']>
  readonly loader: CoordinatorLoader
}

/**
 * The state of one partition as the replay of its log: what was read when it was loaded, and what was appended since.
 * When the two may differ it is thrown away as a whole, and another one takes its place.
 */
export class ReplayedLog<T extends ShardTypes> {
  readonly timeline = new Timeline()
  readonly state: T['state']
  readonly #partition: number
  readonly #ports: ReplayedLogPorts<T>
  #nextOffset = 0

  constructor(partition: number, ports: ReplayedLogPorts<T>) {
    this.#partition = partition
    this.#ports = ports
    this.state = ports.shard.initial(this.timeline)
  }

  /** The offset that the next record gets. */
  get nextOffset(): number {
    return this.#nextOffset
  }

  /** Reads the log from its start, for as long as `isWanted`; returns how many records it held. */
  async load(isWanted: () => boolean): Promise<number> {
    const { loader, serde, shard } = this.#ports
    let count = 0
    const { nextOffset } = await loader.load(
      this.#partition,
      (loaded) => {
        if (!isWanted()) return
        const record = serde.deserialize(loaded)
        if (record === undefined) return
        this.timeline.advanceCommitted(loaded.offset)
        shard.replay(this.state, record, loaded.offset, loaded.producer)
        count++
      },
      ({ offset, ...end }) => {
        if (!isWanted()) return
        this.timeline.advanceCommitted(offset)
        shard.endTransaction?.(this.state, end, offset)
      },
    )
    this.#nextOffset = nextOffset
    this.timeline.advanceCommitted(nextOffset - 1)
    return count
  }

  /** Takes in records that were just appended. */
  replay(records: readonly T['record'][], producer: RecordProducer | undefined): void {
    for (const record of records) {
      this.timeline.advance(this.#nextOffset)
      this.#ports.shard.replay(this.state, record, this.#nextOffset, producer)
      this.#nextOffset++
    }
  }

  /** Takes in a marker that was just appended. */
  replayMarker(end: TransactionEnd): void {
    this.timeline.advance(this.#nextOffset)
    this.#ports.shard.endTransaction?.(this.state, end, this.#nextOffset)
    this.#nextOffset++
  }
}

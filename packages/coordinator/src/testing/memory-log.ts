import type {
  CoordinatorLoader,
  CoordinatorRecord,
  EndTransactionMarker,
  LoadedMarker,
  LoadedRecord,
  PartitionWriter,
  RecordSerde,
} from '../edge/ports.ts'
import type { RecordProducer } from '../runtime/coordinator-shard.ts'

/** One entry of the log: a record, in a transaction or not, or the marker that ends one. */
interface Entry {
  readonly record: object
  readonly producer: RecordProducer | undefined
  readonly isMarker: boolean
}

interface Append {
  readonly lastOffset: number
  readonly resolve: (offset: number) => void
  readonly reject: (error: Error) => void
}

/** What the serde of a test makes of a record: bytes that carry the record itself. */
class CarriedRecord implements CoordinatorRecord {
  readonly key = new Uint8Array(8)
  readonly value: Uint8Array | null
  readonly record: object

  constructor(record: { readonly value?: unknown }) {
    this.record = record
    this.value = record.value === null ? null : new Uint8Array(8)
  }
}

/** One partition of an internal topic in memory, which commits, refuses and loses appends as it is told. */
export class MemoryLog implements PartitionWriter, CoordinatorLoader {
  /** Whether an append is committed at once. */
  isCommitting = true
  /** Thrown by the next append. */
  nextRefusal: Error | undefined
  committedOffset = -1
  onWrite: (record: object, offset: number, producer?: RecordProducer) => void = () => undefined
  readonly #entries: Entry[] = []
  readonly #pending: Append[] = []
  readonly serde: RecordSerde<object> = {
    serialize: (record) => new CarriedRecord(record),
    deserialize: (loaded) => (loaded as LoadedRecord & { record: object }).record,
  }

  get records(): readonly object[] {
    return this.#entries.map(({ record }) => record)
  }

  get hasPending(): boolean {
    return this.#pending.length > 0
  }

  append(_partition: number, records: readonly CoordinatorRecord[], producer?: RecordProducer): Promise<number> {
    return this.#append(records.map((each) => ({ record: (each as CarriedRecord).record, producer, isMarker: false })))
  }

  appendEndTransactionMarker(_partition: number, marker: EndTransactionMarker): Promise<number> {
    return this.#append([{ record: marker, producer: marker, isMarker: true }])
  }

  #append(entries: readonly Entry[]): Promise<number> {
    const refusal = this.nextRefusal
    if (refusal !== undefined) {
      this.nextRefusal = undefined
      throw refusal
    }
    for (const entry of entries) {
      this.onWrite(entry.record, this.#entries.length, entry.producer)
      this.#entries.push(entry)
    }
    const lastOffset = this.#entries.length - 1
    if (this.isCommitting && this.#pending.length === 0) {
      this.committedOffset = lastOffset
      return Promise.resolve(lastOffset)
    }
    return new Promise((resolve, reject) => this.#pending.push({ lastOffset, resolve, reject }))
  }

  /** Commits the oldest appends that wait, all of them unless told how many. */
  commit(count = this.#pending.length): void {
    for (const append of this.#pending.splice(0, count)) {
      this.committedOffset = append.lastOffset
      append.resolve(append.lastOffset)
    }
  }

  /** Loses the appends that wait; the first `kept` of them are in the log after all, each one whole. */
  lose(error: Error, kept: number): void {
    for (const append of this.#cut(kept)) append.reject(error)
  }

  /** What was not committed may be gone when the broker comes back, but no append by half: it is one batch. */
  crash(kept: number): void {
    this.#cut(kept)
  }

  #cut(kept: number): readonly Append[] {
    const lost = this.#pending.splice(0)
    const last = lost[Math.min(kept, lost.length) - 1]
    this.committedOffset = last?.lastOffset ?? this.committedOffset
    this.#entries.length = this.committedOffset + 1
    return lost
  }

  async load(
    _partition: number,
    onRecord: (record: LoadedRecord) => void,
    onMarker: (marker: LoadedMarker) => void,
  ): Promise<{ nextOffset: number }> {
    this.#entries.forEach(({ record, producer, isMarker }, offset) => {
      if (isMarker) onMarker({ ...(record as EndTransactionMarker), offset })
      else {
        const { key, value } = new CarriedRecord(record)
        const loaded = { offset, key, value, record }
        onRecord(producer === undefined ? loaded : { ...loaded, producer })
      }
    })
    return { nextOffset: this.#entries.length }
  }
}

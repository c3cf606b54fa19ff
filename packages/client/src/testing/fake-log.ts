import { Errors } from '@milena/protocol'
import { patchBatch, RecordBatch } from '@milena/records'

interface ProducerEntry {
  epoch: number
  lastSequence: number
  /** The last five batches, for recognising what is sent twice. */
  batches: { firstSequence: number; lastSequence: number; baseOffset: number }[]
}

/** A partition's log in memory, with Kafka's rules for idempotent producers (ProducerAppendInfo). */
export class FakeLog {
  readonly #producers = new Map<number, ProducerEntry>()
  readonly batches: Uint8Array[] = []
  endOffset = 0
  maxBatchBytes = 1 << 20

  append(bytes: Uint8Array): { errorCode: number; baseOffset: number } {
    if (bytes.length > this.maxBatchBytes) return { errorCode: Errors.MESSAGE_TOO_LARGE.code, baseOffset: -1 }
    const batch = RecordBatch.at(bytes)
    if (!batch.isValidCrc()) return { errorCode: Errors.CORRUPT_MESSAGE.code, baseOffset: -1 }
    if (batch.producerId >= 0) {
      const verdict = this.#check(batch)
      if (verdict !== undefined) return verdict
    }
    const copy = bytes.slice()
    const baseOffset = this.endOffset
    patchBatch(copy, 0, { baseOffset, partitionLeaderEpoch: 0 })
    this.batches.push(copy)
    this.endOffset += batch.recordsCount
    if (batch.producerId >= 0) this.#remember(batch, baseOffset)
    return { errorCode: 0, baseOffset }
  }

  /** The values of all records, in order. */
  values(): string[] {
    return this.batches.flatMap((bytes) =>
      Array.from(RecordBatch.at(bytes).records(), ({ value }) => Buffer.from(value ?? []).toString()),
    )
  }

  /** Everything from the batch that holds the offset on. */
  read(offset: number): Uint8Array {
    return Buffer.concat(this.batches.filter((bytes) => RecordBatch.at(bytes).lastOffset >= offset))
  }

  #check(batch: RecordBatch): { errorCode: number; baseOffset: number } | undefined {
    const known = this.#producers.get(batch.producerId)
    if (known === undefined) return undefined
    if (batch.producerEpoch < known.epoch) return { errorCode: Errors.INVALID_PRODUCER_EPOCH.code, baseOffset: -1 }
    const outOfOrder = { errorCode: Errors.OUT_OF_ORDER_SEQUENCE_NUMBER.code, baseOffset: -1 }
    if (batch.producerEpoch > known.epoch) return batch.baseSequence === 0 ? undefined : outOfOrder
    const twice = known.batches.find(
      ({ firstSequence, lastSequence }) => firstSequence === batch.baseSequence && lastSequence === batch.lastSequence,
    )
    if (twice !== undefined) return { errorCode: 0, baseOffset: twice.baseOffset }
    return batch.baseSequence === (known.lastSequence + 1) % 2 ** 31 ? undefined : outOfOrder
  }

  #remember(batch: RecordBatch, baseOffset: number): void {
    const known = this.#producers.get(batch.producerId)
    const batches = known?.epoch === batch.producerEpoch ? known.batches : []
    batches.push({ firstSequence: batch.baseSequence, lastSequence: batch.lastSequence, baseOffset })
    this.#producers.set(batch.producerId, {
      epoch: batch.producerEpoch,
      lastSequence: batch.lastSequence,
      batches: batches.slice(-5),
    })
  }
}

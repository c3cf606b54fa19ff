// How fast batches are checked: CRC-32C, the walk over the records, and the whole of a produce validation.
//   node bench/records.ts
import { buildBatch, compressionTypes, crc32c, RecordBatch, RecordWalker, validateProduce } from '@milena/records'
import type { CompressionType, ProduceValidationOptions } from '@milena/records'

const NOW = 1_700_000_000_000
const BATCH_BYTES = 256 * 1024
const ROUND_BYTES = 128 * 1024 * 1024

const options: ProduceValidationOptions = {
  origin: 'client',
  nextOffset: 0,
  leaderEpoch: 0,
  nowMs: NOW,
  maxMessageBytes: 1 << 30,
  timestampType: 'CreateTime',
  timestampBeforeMaxMs: Infinity,
  timestampAfterMaxMs: Infinity,
  compacted: false,
  targetCompression: 'producer',
}

/** Records like JSON events, `valueBytes` long. */
function batchOf(valueBytes: number, compression: CompressionType): Uint8Array {
  const count = Math.ceil(BATCH_BYTES / (valueBytes + 10))
  const records = Array.from({ length: count }, (_, index) => ({
    timestamp: NOW + index,
    key: null,
    value: Buffer.alloc(valueBytes, JSON.stringify({ order: index * 7919, customer: index % 97, state: 'shipped' })),
  }))
  return buildBatch({ compression, records })
}

/** The median of seven rounds, in MB of uncompressed records a second. */
function measure(name: string, bytes: number, run: () => void): void {
  const rounds: number[] = []
  const times = Math.ceil(ROUND_BYTES / bytes)
  for (let round = 0; round < 8; round++) {
    const start = performance.now()
    for (let index = 0; index < times; index++) run()
    rounds.push((times * bytes) / 1e3 / (performance.now() - start))
  }
  // The first round warms the code up.
  const [slowest, , , median, , , fastest] = rounds.slice(1).sort((a, b) => a - b)
  console.log(
    `${name.padEnd(40)} ${median!.toFixed(0).padStart(6)} MB/s  (${slowest!.toFixed(0)}–${fastest!.toFixed(0)})`,
  )
}

for (const valueBytes of [100, 1024, 10_240]) {
  const bytes = batchOf(valueBytes, 'none')
  const { payload, recordsCount } = RecordBatch.at(bytes)
  console.log(`\n${recordsCount} records of ${valueBytes} bytes`)
  measure('crc32c', bytes.length, () => void crc32c(bytes))
  measure('walk', payload.length, () => {
    const walker = new RecordWalker(payload, 0, payload.length)
    for (let index = 0; index < recordsCount; index++) walker.next()
  })
  for (const compression of compressionTypes) {
    const batch = batchOf(valueBytes, compression)
    measure(`validateProduce, ${compression}`, payload.length, () => {
      const result = validateProduce(batch, options)
      if (!result.ok) throw new Error(result.message)
      // As it came from a client.
      batch.fill(0, 0, 8)
    })
  }
}

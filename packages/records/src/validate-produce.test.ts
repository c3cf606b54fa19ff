import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { CompressionType } from './compression/compression-type.ts'
import { RecordBatch } from './record-batch.ts'
import type { AppendOrigin, ProduceValidationOptions } from './produce-validation.ts'
import { validateProduce } from './validate-produce.ts'

/** One answer of Apache Kafka 4.3.1, as `testdata/README.md` describes the file. */
interface Answer {
  readonly name: string
  readonly options: ProduceValidationOptions
  readonly bytes: Uint8Array
  readonly outcome: readonly string[]
}

function parseAnswer(line: string): Answer {
  const [name, options, hex, ...outcome] = line.split('|')
  return { name: name!, options: parseOptions(options!), bytes: Buffer.from(hex!, 'hex'), outcome }
}

function parseOptions(text: string): ProduceValidationOptions {
  const given = new Map(text.split(',').map((pair) => pair.split('=') as [string, string]))
  const number = (name: string, otherwise: number): number => Number(given.get(name) ?? otherwise)
  return {
    origin: (given.get('origin') ?? 'CLIENT').toLowerCase() as AppendOrigin,
    nextOffset: number('next', 0),
    leaderEpoch: number('epoch', 0),
    nowMs: number('now', 0),
    maxMessageBytes: number('maxMessageBytes', 1_048_588),
    timestampType: given.has('appendTime') ? 'LogAppendTime' : 'CreateTime',
    timestampBeforeMaxMs: number('before', 2 ** 63),
    timestampAfterMaxMs: number('after', 3_600_000),
    compacted: given.has('compacted'),
    targetCompression: (given.get('target') ?? 'producer') as CompressionType | 'producer',
    requestVersion: number('version', 13),
  }
}

/** A batch in the words of the answers. */
function describeBatch(bytes: Uint8Array): string {
  const batch = RecordBatch.at(bytes)
  const records = [...batch.records()].map(
    ({ offset, timestamp, sequence, key, value, headers }) =>
      `${offset} ${BigInt(timestamp)} ${sequence} ${key?.length ?? -1} ${value?.length ?? -1} ${headers.length}`,
  )
  const header =
    `${batch.baseOffset} ${batch.lastOffset} epoch ${batch.partitionLeaderEpoch} ${batch.compression} ` +
    `${batch.timestampType} max ${batch.maxTimestamp} count ${batch.recordsCount} producer ${batch.producerId} ` +
    `${batch.producerEpoch} ${batch.baseSequence} ${batch.lastSequence} valid ${batch.isValidCrc()}`
  return [header, ...records].join('; ')
}

/** Where we answer otherwise, and why. */
const differences: Readonly<Record<string, readonly string[]>> = {
  // Kafka adds twelve to the length, which makes it negative, and fails.
  'length 2147483647': ['INVALID_RECORD', ''],
}

describe('validateProduce answers as Apache Kafka does:', () => {
  const file = new URL('../testdata/produce-validation.txt', import.meta.url)
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const { name, options, bytes, outcome } = parseAnswer(line)
    test(name, () => {
      const before = Buffer.from(bytes)
      const result = validateProduce(bytes, options)
      if (!result.ok) {
        const refused = result.recordErrors.map(({ batchIndex }) => batchIndex).join(' ')
        assert.deepEqual([result.error.name, refused], differences[name] ?? outcome, result.message)
        assert.deepEqual(bytes, before)
        return
      }
      const answer = ['OK', String(result.maxTimestamp), String(result.lastOffset)]
      answer.push(result.recompressed ? 'rebuilt' : 'in-place', describeBatch(result.bytes))
      answer.push(result.recompressed ? '' : Buffer.from(result.bytes).toString('hex'))
      assert.deepEqual(answer, differences[name] ?? outcome)
      assert.equal(result.firstOffset, options.nextOffset)
      assert.equal(result.logAppendTimeMs, options.timestampType === 'LogAppendTime' ? options.nowMs : -1)
    })
  }
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { controlRecordType, endTransactionMarker, parseEndTransactionMarker } from './control-record.ts'
import { RecordBatch } from './record-batch.ts'
import { RecordsError } from './records-error.ts'

const lines = readFileSync(new URL('../testdata/client-batches.txt', import.meta.url), 'utf8').split('\n')
const golden = (name: string): string => lines.find((line) => line.startsWith(`${name}|`))!.split('|')[1]!

test('markers are those of Kafka, byte for byte', () => {
  const commit = endTransactionMarker({
    baseOffset: 77,
    timestamp: 1_700_000_000_000,
    partitionLeaderEpoch: 3,
    producerId: 1_234_567_890_123,
    producerEpoch: 7,
    committed: true,
    coordinatorEpoch: 12,
  })
  assert.equal(Buffer.from(commit).toString('hex'), golden('java 4.3.1 commit'))
  const abort = endTransactionMarker({
    baseOffset: 78,
    timestamp: 1_700_000_000_000,
    partitionLeaderEpoch: 3,
    producerId: 7,
    producerEpoch: 0,
    committed: false,
    coordinatorEpoch: 0,
  })
  assert.equal(Buffer.from(abort).toString('hex'), golden('java 4.3.1 abort'))

  const [record] = RecordBatch.at(commit).records()
  assert.equal(controlRecordType(record!), 'COMMIT')
  assert.deepEqual(parseEndTransactionMarker(record!), { committed: true, coordinatorEpoch: 12 })
  const [other] = RecordBatch.at(abort).records()
  assert.deepEqual(parseEndTransactionMarker(other!), { committed: false, coordinatorEpoch: 0 })
})

test('what is no marker is refused, and a type of the future is known as such', () => {
  const value = new Uint8Array(6)
  const key = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes)
  assert.equal(controlRecordType({ key: key(0, 0, 0, 2) }), 'LEADER_CHANGE')
  assert.equal(controlRecordType({ key: key(0, 5, 0, 99, 1) }), 'UNKNOWN')
  for (const record of [
    { key: null, value },
    { key: key(0, 0, 0), value },
    { key: key(0xff, 0xff, 0, 1), value },
    { key: key(0, 0, 0, 2), value },
    { key: key(0, 0, 0, 1), value: null },
    { key: key(0, 0, 0, 1), value: value.subarray(1) },
    { key: key(0, 0, 0, 1), value: key(0xff, 0, 0, 0, 0, 0) },
  ]) {
    assert.throws(() => parseEndTransactionMarker(record), RecordsError)
  }
})

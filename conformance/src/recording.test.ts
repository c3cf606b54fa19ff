import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { InitProducerIdResponse } from '@milena/protocol'
import { batches } from '@milena/records'
import { batch } from './records.ts'
import { formatRecording, fromText, nameInvented, parseRecording, toText, valueAt } from './recording.ts'

const folder = path.join(import.meta.dirname, '..', 'recorded')

test('every recording is read and written as it stands', () => {
  const files = globSync('*.txt', { cwd: folder })
  assert.ok(files.length > 0)
  for (const file of files) {
    const text = readFileSync(path.join(folder, file), 'utf8')
    const { title, exchanges } = parseRecording(text)
    assert.equal(formatRecording(title, exchanges), text)
  }
})

test('a line that is none is refused', () => {
  assert.throws(() => parseRecording('# title\nnonsense'), /cannot read nonsense/)
})

test('what one broker invented becomes what the other did, in batches, too', () => {
  const recording = new Map<string, string | number>()
  const answer = { throttleTimeMs: 0, errorCode: 0, producerId: 7, producerEpoch: 0 }
  assert.deepEqual(nameInvented(InitProducerIdResponse, 5, answer, recording), [['producer1', 'producerId']])
  const records = batch(['a'], { producerId: 7, producerEpoch: 0, baseSequence: 0 })
  const text = JSON.parse(JSON.stringify(toText({ producerId: 7, records, index: 7 }, recording))) as unknown
  const replay = new Map<string, string | number>([['producer1', 4001]])
  const again = fromText(text, replay) as { producerId: number; index: number; records: Uint8Array }
  assert.equal(again.producerId, 4001)
  assert.equal(again.index, 7)
  const [first] = [...batches(again.records)]
  assert.equal(first!.producerId, 4001)
  assert.ok(first!.isValidCrc())
})

test('a place leads to its value, or to nothing', () => {
  const answer = { topics: [{ topicId: 'x' }] }
  assert.equal(valueAt(answer, 'topics.0.topicId'), 'x')
  assert.equal(valueAt(answer, 'topics.1.topicId'), undefined)
})

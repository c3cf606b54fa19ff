import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { metadataRecord } from '../image/metadata-record.ts'
import { decodeRecord, encodeRecord, UnreadableRecordError } from './record-frame.ts'

describe('metadata records in their frames', () => {
  test("in Kafka's bytes", () => {
    const record = metadataRecord('FeatureLevelRecord', { name: 'metadata.version', featureLevel: 30 })
    const bytes = encodeRecord(record)
    assert.equal(Buffer.from(bytes).toString('hex'), '010c00116d657461646174612e76657273696f6e001e00')
    assert.deepEqual(decodeRecord(bytes), record)
  })

  test('what cannot be read is said', () => {
    const refused = (...bytes: number[]) =>
      assert.throws(() => decodeRecord(Uint8Array.from(bytes)), UnreadableRecordError)
    refused(2, 12, 0)
    refused(1, 99, 0)
    refused(1, 12, 9)
    refused(1)
    refused()
    refused(0x80, 0x80, 0x80, 0x80, 0x80, 0x80)
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isUuid, METADATA_TOPIC_ID, uuidToBytes, uuidToString, ZERO_UUID } from './uuid.ts'

describe('uuid', () => {
  test('the well-known ones', () => {
    assert.equal(uuidToString(new Uint8Array(16)), ZERO_UUID)
    const one = new Uint8Array(16)
    one[15] = 1
    assert.equal(uuidToString(one), METADATA_TOPIC_ID)
  })

  test('is what Node calls base64url, both ways and at any offset', () => {
    for (let i = 0; i < 256; i++) {
      const bytes = Uint8Array.from({ length: 18 }, (_, k) => (i * 31 + k * 101) & 0xff)
      const text = Buffer.from(bytes.subarray(1, 17)).toString('base64url')
      assert.equal(uuidToString(bytes, 1), text)
      assert.deepEqual(uuidToBytes(text), bytes.slice(1, 17))
      assert.ok(isUuid(text))
    }
  })

  test('what is not one', () => {
    for (const text of ['', 'AAAA', 'A'.repeat(23), `${'A'.repeat(21)}B`, `+${'A'.repeat(21)}`, `é${'A'.repeat(21)}`]) {
      assert.equal(isUuid(text), false, text)
      assert.throws(() => uuidToBytes(text), TypeError)
    }
    assert.throws(() => uuidToString(new Uint8Array(15)), RangeError)
  })
})

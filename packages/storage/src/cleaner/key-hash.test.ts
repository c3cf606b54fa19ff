import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { KeyHash } from './key-hash.ts'

test('the hash of a key is its MD5, wherever it lies and however long it is', () => {
  const bytes = Uint8Array.from({ length: 400 }, (_, index) => (index * 7919) >>> 3)
  const keyHash = new KeyHash()
  for (let length = 0; length < 300; length++) {
    const start = length % 9
    keyHash.hash(bytes, start, length)
    const expected = createHash('md5')
      .update(bytes.subarray(start, start + length))
      .digest('hex')
    const { buffer } = Int32Array.from(keyHash.words)
    assert.equal(Buffer.from(buffer).toString('hex'), expected, `of ${length} bytes`)
  }
})

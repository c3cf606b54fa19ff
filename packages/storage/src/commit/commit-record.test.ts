import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { topicId } from '../testing/harness.ts'
import type { CommitEntry } from './commit-record.ts'
import { decodeCommitFile, encodeCommitHeader, encodeCommitRecord } from './commit-record.ts'

const first: CommitEntry = {
  name: 'größe-0',
  topicId,
  baseOffset: 7,
  position: 2 ** 31,
  bytes: [Buffer.from('ab'), Buffer.from('c')],
}
const second: CommitEntry = { ...first, name: 'topic-1', position: 0, bytes: [Buffer.from('defgh')] }

function decoded(...parts: readonly Uint8Array[]): unknown {
  const file = decodeCommitFile(Buffer.concat(parts))
  return file?.entries.map(({ bytes, ...entry }) => ({ ...entry, bytes: Buffer.concat(bytes).toString() }))
}

const wholeFirst = { ...first, bytes: 'abc' }
const wholeSecond = { ...second, bytes: 'defgh' }

describe('a commit file', () => {
  test('gives back what was put in, in order', () => {
    const records = [encodeCommitRecord(3, [first, second]), encodeCommitRecord(3, [second])]
    assert.deepEqual(decoded(encodeCommitHeader(3), ...records), [wholeFirst, wholeSecond, wholeSecond])
  })

  test('ends where it was torn, at any byte, and where one is changed', () => {
    const header = encodeCommitHeader(1)
    const [whole, last] = [encodeCommitRecord(1, [first]), encodeCommitRecord(1, [second])]
    for (let length = 0; length < last.byteLength; length++) {
      assert.deepEqual(decoded(header, whole, last.subarray(0, length)), [wholeFirst])
      assert.deepEqual(decoded(header, whole, last.subarray(0, length), Buffer.alloc(last.byteLength)), [wholeFirst])
      const changed = Buffer.from(last)
      changed[length]! ^= 4
      assert.deepEqual(decoded(header, whole, changed), [wholeFirst], `byte ${length}`)
    }
  })

  test('of which the begin is torn holds nothing', () => {
    const header = encodeCommitHeader(1)
    for (let length = 0; length < 20; length++) {
      assert.equal(
        decoded(header.subarray(0, length), Buffer.alloc(32 - length), encodeCommitRecord(1, [first])),
        undefined,
      )
    }
    assert.deepEqual(decoded(header), [])
  })

  test('that began anew says nothing of what was there before', () => {
    const [old, young] = [encodeCommitRecord(1, [first]), encodeCommitRecord(2, [first])]
    assert.deepEqual(decoded(encodeCommitHeader(2), old), [])
    assert.deepEqual(decoded(encodeCommitHeader(2), young, old), [wholeFirst])
  })
})

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

  test('ends where it was torn, at any byte', () => {
    const header = encodeCommitHeader(1)
    const [whole, last] = [encodeCommitRecord(1, [first]), encodeCommitRecord(1, [second])]
    for (let length = 0; length < last.byteLength; length++) {
      const torn = last.subarray(0, length)
      assert.deepEqual(decoded(header, whole, torn), [wholeFirst])
      assert.deepEqual(decoded(header, whole, torn, Buffer.alloc(last.byteLength)), [wholeFirst])
      assert.deepEqual(decoded(header, whole, torn, encodeCommitRecord(0, [second])), [wholeFirst])
    }
  })

  test('says what it said also when one of its bits is flipped, wherever', () => {
    const file = Buffer.concat([encodeCommitHeader(3), encodeCommitRecord(3, [first]), encodeCommitRecord(3, [second])])
    for (let bit = 0; bit < file.byteLength * 8; bit++) {
      const changed = Buffer.from(file)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      assert.deepEqual(decoded(changed), [wholeFirst, wholeSecond], `bit ${bit}`)
      const zeros = Buffer.alloc(100)
      assert.deepEqual(decoded(changed, zeros), [wholeFirst, wholeSecond], `bit ${bit}, with zeros behind`)
    }
  })

  test('says where more than that has changed, and what stands behind it', () => {
    const records = [encodeCommitRecord(3, [first]), encodeCommitRecord(3, [second]), encodeCommitRecord(3, [first])]
    for (let byte = 0; byte < records[1]!.byteLength; byte++) {
      const changed = Buffer.from(records[1]!)
      changed[byte]! ^= 0x5a
      const file = Buffer.concat([encodeCommitHeader(3), records[0]!, changed, records[2]!])
      // The generation is known.
      const isMended = byte < 8
      assert.deepEqual(decoded(file), isMended ? [wholeFirst, wholeSecond, wholeFirst] : [wholeFirst, wholeFirst])
      assert.equal(decodeCommitFile(file)!.damagedAt, isMended ? undefined : 32 + records[0]!.byteLength)
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

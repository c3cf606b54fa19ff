import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { patchBatch } from '@milena/records'
import { MemoryFileSystem, captureLogger } from '@milena/runtime'
import { batchOf, topicId } from '../testing/harness.ts'
import { formatPartitionMetadata } from '../manager/partition-metadata.ts'
import type { CommitEntry } from './commit-record.ts'
import { encodeCommitHeader, encodeCommitRecord } from './commit-record.ts'
import { removeCommitFiles, replayCommitFiles } from './commit-replay.ts'

const SEGMENT = '/logs/topic-0/00000000000000000000.log'
/** In the place of the text of a `partition.metadata`: its folder is not there, or it is not. */
const [GONE, LACKING] = ['gone', 'lacking']
const OTHER_TOPIC_ID = 'BBBBBBBBBBBBBBBBBBBBBg'

function batchAt(offset: number, value: string): Buffer {
  const bytes = batchOf([value])
  patchBatch(bytes, 0, { baseOffset: offset, partitionLeaderEpoch: 0 })
  return Buffer.from(bytes)
}

const [a, b, c] = [batchAt(0, 'a'), batchAt(1, 'b'), batchAt(2, 'c')]
const size = a.byteLength

function entryOf(position: number, ...bytes: readonly Uint8Array[]): CommitEntry {
  return { name: 'topic-0', topicId, baseOffset: 0, position, bytes }
}

const METADATA = '/logs/topic-0/partition.metadata'

/** The segment after `records`, by generation, were carried over into one that held `content`. */
async function replayed(
  content: Buffer | undefined,
  records: readonly (readonly [generation: number, entries: readonly CommitEntry[]])[],
  o: { readonly metadata?: string; readonly recoveryPoint?: number; readonly fs?: MemoryFileSystem } = {},
): Promise<Buffer | undefined> {
  const { fs = new MemoryFileSystem(), metadata = formatPartitionMetadata(topicId) } = o
  await fs.mkdir('/logs')
  if (metadata !== GONE) await fs.mkdir('/logs/topic-0')
  if (![GONE, LACKING].includes(metadata)) await fs.writeFile(METADATA, metadata)
  if (content !== undefined) await fs.writeFile(SEGMENT, content)
  const commitFiles = records.map((_, index) => `/logs/milena-commit-${'ab'[index]}`)
  for (const [index, [generation, entries]] of records.entries()) {
    const file = Buffer.concat([encodeCommitHeader(generation), encodeCommitRecord(generation, entries)])
    await fs.writeFile(commitFiles[index]!, file)
  }
  const recoveryPoints = new Map([['topic-0', o.recoveryPoint ?? 0]])
  await replayCommitFiles({ fs, logger: captureLogger().logger, commitFiles, recoveryPoints })
  await removeCommitFiles({ fs, commitFiles })
  assert.ok((await fs.readdir('/logs')).every((name) => name === 'topic-0'))
  return (await fs.exists(SEGMENT)) ? Buffer.from(await fs.readFile(SEGMENT)) : undefined
}

describe('what a commit file has and a log has not', () => {
  test('is carried over: where the file ends, where it is torn, where there are zeros', async () => {
    const entry = entryOf(size, b, c)
    const whole = Buffer.concat([a, b, c])
    for (let length = size; length <= whole.byteLength; length++) {
      const torn = whole.subarray(0, length)
      assert.deepEqual(await replayed(torn, [[1, [entry]]]), whole)
      const zeros = Buffer.alloc(whole.byteLength - length + 10)
      assert.deepEqual(
        (await replayed(Buffer.concat([torn, zeros]), [[1, [entry]]]))!.subarray(0, whole.byteLength),
        whole,
      )
    }
  })

  test('is carried over in the order of its offsets, whichever file has it and which of them began first', async () => {
    const records = [
      [9, [entryOf(2 * size, c)]],
      [8, [entryOf(0, a), entryOf(size, b)]],
    ] as const
    assert.deepEqual(await replayed(Buffer.alloc(0), records), Buffer.concat([a, b, c]))
    const others = records.map(([generation, entries]) => [10 - generation, entries] as const)
    assert.deepEqual(await replayed(Buffer.alloc(0), others), Buffer.concat([a, b, c]))
  })

  test('takes the place of no sound batch: somebody else went on with the log', async () => {
    const theirs = batchAt(1, 'x')
    const content = Buffer.concat([a, theirs])
    assert.deepEqual(await replayed(content, [[1, [entryOf(size, b), entryOf(2 * size, c)]]]), content)
  })

  test("is not carried over into another topic's log, below the recovery point, or where the segment is gone", async () => {
    const records = [[1, [entryOf(size, b)]]] as const
    assert.deepEqual(await replayed(a, records, { metadata: formatPartitionMetadata(OTHER_TOPIC_ID) }), a)
    assert.deepEqual(await replayed(a, records, { recoveryPoint: 2 }), a)
    assert.deepEqual(await replayed(a, records, { recoveryPoint: 1 }), Buffer.concat([a, b]))
    assert.equal(await replayed(undefined, records), undefined)
  })

  test('is made anew when nothing of a new log came to the disk, or only its folder, or only the begin of its topic id', async () => {
    const records = [
      [1, [entryOf(0, a)]],
      [2, [entryOf(size, b), entryOf(2 * size, c)]],
    ] as const
    const text = formatPartitionMetadata(topicId)
    for (const metadata of [GONE, LACKING, '', '\0'.repeat(44), text.slice(0, 30), text]) {
      for (const content of metadata === GONE ? [undefined] : [undefined, Buffer.alloc(0), Buffer.alloc(size), a]) {
        const fs = new MemoryFileSystem()
        assert.deepEqual(await replayed(content, records, { metadata, fs }), Buffer.concat([a, b, c]))
        assert.equal(Buffer.from(await fs.readFile(METADATA)).toString(), text)
      }
    }
  })

  test('makes no log of which it has not the begin, nor a segment beside others', async () => {
    assert.equal(await replayed(undefined, [[1, [entryOf(size, b)]]], { metadata: GONE }), undefined)
    const fs = new MemoryFileSystem()
    await fs.mkdir('/logs/topic-0')
    await fs.writeFile('/logs/topic-0/00000000000000000003.log', '')
    assert.equal(await replayed(undefined, [[1, [entryOf(0, a)]]], { fs }), undefined)
  })

  test('does not begin behind the end of the file, and leaves a topic id that is damaged to whoever mends it', async () => {
    assert.deepEqual(await replayed(a, [[1, [entryOf(2 * size, c)]]]), a)
    const fs = new MemoryFileSystem()
    const whole = Buffer.concat([a, b])
    assert.deepEqual(await replayed(a, [[1, [entryOf(0, a, b)]]], { metadata: 'version: 7', fs }), whole)
    assert.equal(Buffer.from(await fs.readFile(METADATA)).toString(), 'version: 7')
  })

  test('is not carried over when it is no whole batch', async () => {
    const torn = Buffer.from(b)
    torn[size - 1]! ^= 1
    assert.deepEqual(await replayed(a, [[1, [entryOf(size, torn)]]]), a)
  })
})

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

/** The segment after `records`, by generation, were carried over into one that held `content`. */
async function replayed(
  content: Buffer | undefined,
  records: readonly (readonly [generation: number, entries: readonly CommitEntry[]])[],
  o: { readonly topicId?: string; readonly recoveryPoint?: number } = {},
): Promise<Buffer | undefined> {
  const fs = new MemoryFileSystem()
  await fs.mkdir('/logs/topic-0')
  await fs.writeFile('/logs/topic-0/partition.metadata', formatPartitionMetadata(o.topicId ?? topicId))
  if (content !== undefined) await fs.writeFile(SEGMENT, content)
  const commitFiles = records.map((_, index) => `/logs/milena-commit-${'ab'[index]}`)
  for (const [index, [generation, entries]] of records.entries()) {
    const file = Buffer.concat([encodeCommitHeader(generation), encodeCommitRecord(generation, entries)])
    await fs.writeFile(commitFiles[index]!, file)
  }
  const recoveryPoints = new Map([['topic-0', o.recoveryPoint ?? 0]])
  await replayCommitFiles({ fs, logger: captureLogger().logger, commitFiles, recoveryPoints })
  await removeCommitFiles({ fs, commitFiles })
  assert.deepEqual(await fs.readdir('/logs'), ['topic-0'])
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

  test('is carried over in the order in which it was written, whichever file has it', async () => {
    const records = [
      [9, [entryOf(2 * size, c)]],
      [8, [entryOf(0, a), entryOf(size, b)]],
    ] as const
    assert.deepEqual(await replayed(Buffer.alloc(0), records), Buffer.concat([a, b, c]))
  })

  test('takes the place of no sound batch: somebody else went on with the log', async () => {
    const theirs = batchAt(1, 'x')
    const content = Buffer.concat([a, theirs])
    assert.deepEqual(await replayed(content, [[1, [entryOf(size, b), entryOf(2 * size, c)]]]), content)
  })

  test("is not carried over into another topic's log, below the recovery point, or where the segment is gone", async () => {
    const records = [[1, [entryOf(size, b)]]] as const
    assert.deepEqual(await replayed(a, records, { topicId: OTHER_TOPIC_ID }), a)
    assert.deepEqual(await replayed(a, records, { recoveryPoint: 2 }), a)
    assert.deepEqual(await replayed(a, records, { recoveryPoint: 1 }), Buffer.concat([a, b]))
    assert.equal(await replayed(undefined, records), undefined)
  })
})

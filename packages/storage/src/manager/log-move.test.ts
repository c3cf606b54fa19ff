import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { endTransactionMarker } from '@milena/records'
import { MemoryFileSystem } from '@milena/runtime'
import { StorageHarness, append, batchOf, readValues, topicPartition, write } from '../testing/harness.ts'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

const OTHER_DIR = '/other'

function harnessOf(fs = new MemoryFileSystem()): StorageHarness {
  const config = { segmentBytes: 300, fileDeleteDelayMs: 0 }
  return new StorageHarness({ fs, config, options: { logDirs: ['/logs', OTHER_DIR] } })
}

async function move(harness: StorageHarness, logDir: string): Promise<UnifiedLog> {
  harness.manager.moveLog(topicPartition, logDir)
  await harness.manager.moveOf(topicPartition)?.done
  return harness.manager.log(topicPartition)!
}

describe('a log that moves to another folder', () => {
  test('is whole there, goes on, and is gone where it was', async () => {
    const harness = harnessOf()
    const before = await harness.openLog()
    for (let index = 0; index < 20; index++) await write(before, batchOf([`v${index}`]))
    const seen: UnifiedLog[] = []
    harness.manager.onMoved((log) => seen.push(log))
    const after = await move(harness, OTHER_DIR)
    assert.deepEqual(seen, [after])
    assert.equal(harness.manager.logDirOf(topicPartition), OTHER_DIR)
    assert.equal(harness.manager.moveOf(topicPartition), undefined)
    assert.deepEqual([after.logEndOffset, after.highWatermark], [20, 20])
    await write(after, batchOf(['last']))
    assert.equal(
      (await readValues(after)).join(' '),
      [...Array(20).keys()].map((index) => `v${index}`).join(' ') + ' last',
    )
    await assert.rejects(before.read(0, { maxBytes: 1, maxOffset: 1, minOneMessage: true }), {
      error: 'NOT_LEADER_OR_FOLLOWER',
    })
    assert.equal(await harness.fs.exists('/logs/topic-0'), false)
    assert.equal((await harness.restart()).logEndOffset, 21)
    assert.equal(harness.manager.logDirOf(topicPartition), OTHER_DIR)
    assert.deepEqual(harness.warnings(), [])
    await harness.manager.close()
  })

  test('takes along what is written meanwhile, and what is known of producers', async () => {
    const memory = new MemoryFileSystem()
    const fs = new ObservedFileSystem(memory, '/')
    const harness = harnessOf(fs as unknown as MemoryFileSystem)
    const log = await harness.openLog()
    const producer = { producerId: 7, producerEpoch: 1, isTransactional: true }
    await write(log, batchOf(['aborted'], { ...producer, baseSequence: 0 }))
    const marker = endTransactionMarker({ ...producer, committed: false, coordinatorEpoch: 3, timestamp: 1 })
    await write(log, marker, { origin: 'coordinator' })
    await write(log, batchOf(['open'], { ...producer, baseSequence: 1 }))
    let isCopying = false
    fs.observer = async ({ operation, path }) => {
      if (isCopying || operation !== 'writev' || !path.includes('-future/')) return
      isCopying = true
      await append(log, batchOf(['meanwhile'])).written
    }
    const moved = await move(harness, OTHER_DIR)
    assert.ok(isCopying)
    assert.deepEqual(await readValues(moved).then((values) => values.filter((_, index) => index !== 1)), [
      'aborted',
      'open',
      'meanwhile',
    ])
    moved.updateHighWatermark(moved.writtenOffset)
    assert.equal(moved.lastStableOffset, 2)
    assert.deepEqual(await moved.abortedTransactions(0, 2), [
      { producerId: 7, firstOffset: 0, lastOffset: 1, lastStableOffset: 2 },
    ])
    await harness.manager.close()
  })

  test('a stop gives it up, and the next start takes it up again', async () => {
    const memory = new MemoryFileSystem()
    const harness = harnessOf(memory)
    await write(await harness.openLog(), batchOf(['a']))
    await harness.manager.close()
    await memory.mkdir(`${OTHER_DIR}/topic-0.${'0'.repeat(32)}-future`)
    await harness.start()
    assert.equal(harness.manager.logDirOf(topicPartition), '/logs')
    harness.manager.startBackground()
    await harness.manager.moveOf(topicPartition)?.done
    assert.equal(harness.manager.logDirOf(topicPartition), OTHER_DIR)
    assert.deepEqual(await readValues(harness.manager.log(topicPartition)!), ['a'])
    assert.deepEqual(
      (await memory.readdir(OTHER_DIR)).filter((name) => name.includes('future')),
      [],
    )
    await harness.manager.close()
  })

  test('to where it is, to nowhere, and before it is made', async () => {
    const harness = harnessOf()
    await harness.start()
    assert.throws(() => harness.manager.moveLog(topicPartition, '/nowhere'), { error: 'LOG_DIR_NOT_FOUND' })
    harness.manager.moveLog(topicPartition, OTHER_DIR)
    await harness.openLog()
    assert.equal(harness.manager.logDirOf(topicPartition), OTHER_DIR)
    harness.manager.moveLog(topicPartition, OTHER_DIR)
    assert.equal(harness.manager.moveOf(topicPartition), undefined)
    await harness.manager.close()
  })

  test('into a folder that is cordoned, which takes nothing new', async () => {
    const harness = harnessOf()
    await harness.start()
    harness.manager.updateCordonedLogDirs(['/logs'])
    await write(await harness.openLog(), batchOf(['a']))
    assert.equal(harness.manager.logDirOf(topicPartition), OTHER_DIR)
    assert.throws(() => harness.manager.moveLog(topicPartition, '/logs'), { error: 'INVALID_REPLICA_ASSIGNMENT' })
    harness.manager.updateCordonedLogDirs(['/logs', OTHER_DIR])
    await write(harness.manager.log(topicPartition)!, batchOf(['b']))
    const placedByHand = { topic: 'topic', partition: 1 }
    assert.equal(harness.manager.placeOf(placedByHand), '/logs')
    harness.manager.updateCordonedLogDirs([OTHER_DIR])
    assert.deepEqual(await readValues(await move(harness, '/logs')), ['a', 'b'])
    await harness.manager.close()
  })

  test('one that the disk refuses stays where it is, and goes on', async () => {
    const fs = new ObservedFileSystem(new MemoryFileSystem(), '/')
    const harness = harnessOf(fs as unknown as MemoryFileSystem)
    await write(await harness.openLog(), batchOf(['a']))
    fs.observer = ({ operation, path }) => {
      if (operation === 'rename' && path.includes('-future')) throw new Error('the disk is full')
    }
    const log = await move(harness, OTHER_DIR)
    assert.equal(harness.manager.logDirOf(topicPartition), '/logs')
    await write(log, batchOf(['b']))
    assert.deepEqual(await readValues(log), ['a', 'b'])
    assert.deepEqual(harness.warnings(), ['A log could not be moved'])
    await harness.manager.close()
  })
})

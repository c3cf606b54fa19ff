import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FileSystemError, MemoryFileSystem } from '@milena/runtime'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'
import type { FileSystemCall } from '../testing/observed-file-system.ts'
import {
  StorageHarness,
  append,
  batchOf,
  logDir,
  readValues,
  topicId,
  topicPartition,
  write,
} from '../testing/harness.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

const DATA = /^topic-0\/\d+\.log$/
const CHANGES = new Set(['writev', 'writeFile', 'mkdir', 'rename', 'sync', 'truncate'])

interface Disk {
  readonly harness: StorageHarness
  readonly memory: MemoryFileSystem
  /** The code with which calls that are meant end from now on; undefined for none. */
  refuse: (code: string | undefined, isMeant?: (call: FileSystemCall) => boolean) => void
}

function disk(o: ConstructorParameters<typeof StorageHarness>[0] = {}): Disk {
  const memory = new MemoryFileSystem()
  const fs = new ObservedFileSystem(memory, logDir)
  return {
    harness: new StorageHarness({ fs, ...o }),
    memory,
    refuse: (code, isMeant = ({ operation }) => CHANGES.has(operation)) => {
      fs.observer = (call) => {
        if (code !== undefined && isMeant(call)) throw new FileSystemError(code, 'the disk refuses', call.path)
      }
    },
  }
}

function currentLog({ manager }: StorageHarness): UnifiedLog {
  return manager.log(topicPartition)!
}

/** Lets the clock go on until the folder takes writes again, and everything behind it has happened. */
async function untilBack(harness: StorageHarness): Promise<void> {
  for (let seconds = 0; seconds < 60 && harness.manager.logDirs[0]!.refusal !== undefined; seconds++) {
    await harness.clock.advanceAsync(1000)
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
  }
  assert.equal(harness.manager.logDirs[0]!.refusal, undefined)
}

describe('a disk that refuses', () => {
  for (const code of ['ENOSPC', 'EROFS', 'EIO']) {
    test(`writes with ${code}: reads go on, and when it takes them again so do the appends, with nothing lost`, async () => {
      const { harness, refuse } = disk()
      const log = await harness.openLog()
      const resumed: UnifiedLog[] = []
      harness.manager.onResumed((each) => resumed.push(each))
      await write(log, batchOf(['a'], { producerId: 7, producerEpoch: 0, baseSequence: 0 }))
      await log.flushed(1)
      refuse(code)
      const lost = append(log, batchOf(['b'], { producerId: 7, producerEpoch: 0, baseSequence: 1 }))
      await assert.rejects(lost.written, { error: 'KAFKA_STORAGE_ERROR' })
      await harness.clock.advanceAsync(10_000)
      assert.deepEqual(await readValues(log), ['a'])
      const answer = log.appendAsLeader(batchOf(['c']), { leaderEpoch: 0, origin: 'client' })
      assert.equal(answer.ok ? '' : answer.error.name, 'KAFKA_STORAGE_ERROR')

      refuse(undefined)
      await untilBack(harness)
      const after = currentLog(harness)
      assert.deepEqual([resumed, after === log, after.failure], [[after], false, undefined])
      // The producer tries again: what was lost comes, what was not is known.
      const again = append(after, batchOf(['b'], { producerId: 7, producerEpoch: 0, baseSequence: 1 }))
      assert.deepEqual([again.firstOffset, again.duplicate], [1, false])
      await again.written
      await after.flushed(2)
      assert.deepEqual(await readValues(after), ['a', 'b'])
      assert.deepEqual(await readValues(await harness.restart()), ['a', 'b'])
      await harness.manager.close()
      assert.equal(harness.clock.pendingTimers, 0)
    })
  }

  test('other logs of the folder are refused at once, and need not be opened anew', async () => {
    const { harness, refuse } = disk()
    const log = await harness.openLog()
    const other = await harness.manager.getOrCreateLog({ topic: 'topic', partition: 1 }, topicId)
    await write(other, batchOf(['x']))
    refuse('ENOSPC')
    await assert.rejects(append(log, batchOf(['a'])).written)
    refuse(undefined)
    const answer = other.appendAsLeader(batchOf(['y']), { leaderEpoch: 0, origin: 'client' })
    assert.equal(answer.ok ? '' : answer.error.name, 'KAFKA_STORAGE_ERROR')
    await assert.rejects(harness.manager.getOrCreateLog({ topic: 'new', partition: 0 }, topicId), {
      error: 'KAFKA_STORAGE_ERROR',
    })
    await untilBack(harness)
    assert.equal(harness.manager.log({ topic: 'topic', partition: 1 }), other)
    assert.equal((await write(other, batchOf(['y']))).firstOffset, 1)
    await harness.manager.getOrCreateLog({ topic: 'new', partition: 0 }, topicId)
  })

  test('after a failed sync what the system has forgotten is written again from memory', async () => {
    const { harness, memory, refuse } = disk()
    const log = await harness.openLog()
    await write(log, batchOf(['a']))
    await log.flushed(1)
    for (const value of ['b', 'c', 'd', 'e']) await write(log, batchOf([value]))
    refuse('EIO', ({ operation, path }) => operation === 'sync' && DATA.test(path))
    await assert.rejects(log.flushed(5), { error: 'KAFKA_STORAGE_ERROR' })
    // The caches call the pages clean and drop them: what was written behind the last sync reads as zeros.
    const file = await memory.open(`${logDir}/topic-0/00000000000000000000.log`, 'readwrite')
    await file.truncate(log.sizeInBytes / 5)
    await file.truncate(log.sizeInBytes)
    await file.close()
    refuse(undefined)
    await untilBack(harness)
    const after = currentLog(harness)
    assert.deepEqual(await readValues(after), ['a', 'b', 'c', 'd', 'e'])
    assert.equal(after.logEndOffset, 5)
    assert.deepEqual(await readValues(await harness.restart()), ['a', 'b', 'c', 'd', 'e'])
  })

  test('what a write left behind that broke off is cut off, and no hole comes of a roll that was under way', async () => {
    const { harness, memory, refuse } = disk({ config: { segmentBytes: 200 } })
    const log = await harness.openLog()
    await write(log, batchOf(['a']))
    refuse('ENOSPC')
    const lost = ['b', 'c', 'd', 'e'].map((value) => append(log, batchOf([value])))
    for (const { written } of lost) await assert.rejects(written)
    assert.equal(log.numberOfSegments, 3)
    const file = await memory.open(`${logDir}/topic-0/00000000000000000000.log`, 'readwrite')
    await file.writev([Buffer.from('half a batch')], log.sizeInBytes - lost.length * lost[0]!.sizeInBytes)
    await file.close()
    refuse(undefined)
    await untilBack(harness)
    const after = currentLog(harness)
    assert.deepEqual([after.logEndOffset, after.numberOfSegments], [1, 1])
    assert.equal((await write(after, batchOf(['b']))).firstOffset, 1)
    assert.deepEqual(await readValues(after), ['a', 'b'])
    assert.ok(!harness.warnings().includes('The log is damaged and is cut off before the damage'))
  })

  test('retention goes on, for it may be what makes room', async () => {
    const { harness, refuse } = disk({ config: { segmentBytes: 70, retentionMs: 1000, fileDeleteDelayMs: 0 } })
    const log = await harness.openLog()
    const timestamp = harness.clock.nowMs()
    for (const value of ['a', 'b', 'c']) await write(log, batchOf([value], { timestamp }))
    await log.roll()
    const isWrite = ({ operation }: FileSystemCall) => operation === 'writev' || operation === 'writeFile'
    refuse('ENOSPC', isWrite)
    await assert.rejects(append(log, batchOf(['d'], { timestamp })).written)
    await harness.clock.advanceAsync(5000)
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    // The last one that holds anything stays: it tells where the log ends.
    assert.equal(log.logStartOffset, 2)
    assert.deepEqual((await harness.segmentBases()).slice(0, 1), [2])
    refuse(undefined)
    await untilBack(harness)
    assert.equal(currentLog(harness).logEndOffset, 3)
  })

  test('what retention cannot delete for want of room stays, and goes when there is some', async () => {
    const { harness, refuse } = disk({ config: { segmentBytes: 70, retentionMs: 1000, fileDeleteDelayMs: 0 } })
    const log = await harness.openLog()
    const timestamp = harness.clock.nowMs()
    for (const value of ['a', 'b']) await write(log, batchOf([value], { timestamp }))
    await log.roll()
    harness.clock.advance(2000)
    for (const operation of ['open', 'rename'] as const) {
      refuse('ENOSPC', (call) => call.operation === operation || call.operation === 'writeFile')
      await harness.manager.deleteOldSegments()
      assert.match(harness.manager.logDirs[0]!.refusal!.message, /refuses writes/)
      assert.deepEqual(
        await readValues(currentLog(harness), currentLog(harness).logStartOffset),
        operation === 'open' ? ['a', 'b'] : [],
      )
      refuse(undefined)
      await untilBack(harness)
    }
    await harness.manager.deleteOldSegments()
    const after = currentLog(harness)
    await after.roll()
    await harness.clock.advanceAsync(0)
    await after.roll()
    assert.deepEqual([after.logStartOffset, after.logEndOffset], [2, 2])
    assert.deepEqual(await harness.segmentBases(), [2])
    await harness.manager.close()
  })

  test('checkpoints that could not be written are written when it is back, and a stop meanwhile vouches for nothing', async () => {
    const { harness, memory, refuse } = disk()
    const log = await harness.openLog()
    await write(log, batchOf(['a']))
    refuse('ENOSPC', ({ path }) => path.includes('checkpoint'))
    await harness.manager.checkpointHighWatermarks()
    assert.match(harness.manager.logDirs[0]!.refusal!.message, /refuses writes/)
    refuse(undefined)
    await untilBack(harness)
    await harness.manager.checkpointHighWatermarks()
    const text = Buffer.from(await memory.readFile(`${logDir}/replication-offset-checkpoint`)).toString()
    assert.equal(text, '0\n1\ntopic 0 1\n')
    refuse('ENOSPC')
    await assert.rejects(append(log, batchOf(['b'])).written)
    await harness.manager.close()
    assert.equal(await memory.exists(`${logDir}/.kafka_cleanshutdown`), false)
    refuse(undefined)
    assert.deepEqual(await readValues(await new StorageHarness({ fs: memory }).openLog()), ['a'])
  })

  test('what a crash left of a file that was to replace another one is cleared away at the start', async () => {
    const { harness, memory } = disk()
    await harness.openLog()
    await harness.manager.close()
    for (const name of ['replication-offset-checkpoint.tmp', 'disk-probe', 'disk-probe.tmp', 'something.tmp'])
      await memory.writeFile(`${logDir}/${name}`, 'x')
    await harness.start()
    const names = await memory.readdir(logDir)
    assert.deepEqual(
      names.filter((name) => name.endsWith('.tmp') || name.startsWith('disk-probe')),
      ['something.tmp'],
      'what nobody knows stays',
    )
    await harness.manager.close()
  })

  test('a folder that cannot be read any more is offline, with all that lies in it', async () => {
    const offline: string[] = []
    const { harness, refuse } = disk({ options: { onLogDirFailure: (dir) => offline.push(dir), tailCacheBytes: 0 } })
    const log = await harness.openLog()
    await write(log, batchOf(['a']))
    const heard: UnifiedLog[] = []
    harness.manager.onOffline((each) => heard.push(each))
    refuse('EIO', () => true)
    await assert.rejects(readValues(log), { error: 'KAFKA_STORAGE_ERROR' })
    await harness.clock.advanceAsync(0)
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    assert.deepEqual([offline, heard, log.isOffline], [[logDir], [log], true])
    refuse(undefined)
    await assert.rejects(readValues(log), { error: 'KAFKA_STORAGE_ERROR' })
    assert.equal(log.appendAsLeader(batchOf(['b']), { leaderEpoch: 0, origin: 'client' }).ok, false)
    await harness.manager.close()
    assert.equal(harness.clock.pendingTimers, 0)
    assert.equal(await harness.fs.exists(`${logDir}/.kafka_cleanshutdown`), false)
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FileSystemError, MemoryFileSystem } from '@milena/runtime'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'
import type { FileSystemCall } from '../testing/observed-file-system.ts'
import { StorageHarness, append, batchOf, copyFolder, logDir, readValues, write } from '../testing/harness.ts'

const DATA = /^topic-0\/\d+\.log$/

/** A harness whose calls are recorded, and can be held up or made to fail. */
function observed(o: ConstructorParameters<typeof StorageHarness>[0] = {}) {
  const calls: FileSystemCall[] = []
  const fs = new ObservedFileSystem(new MemoryFileSystem(), logDir)
  const harness = new StorageHarness({ fs, ...o })
  const on = (operation: FileSystemCall['operation'], act: (call: FileSystemCall) => void | Promise<void>): void => {
    fs.observer = (call) => {
      calls.push(call)
      return call.operation === operation && DATA.test(call.path) ? act(call) : undefined
    }
  }
  on('lock', () => undefined)
  const count = (operation: FileSystemCall['operation']) =>
    calls.filter((call) => call.operation === operation && DATA.test(call.path)).length
  return { harness, calls, on, count }
}

function diskError(): FileSystemError {
  return new FileSystemError('EIO', 'the disk is broken', 'somewhere')
}

describe('durability', () => {
  test('what is appended while a write is under way goes out together in the next', async () => {
    const { harness, calls, on } = observed()
    const log = await harness.openLog()
    const gate = Promise.withResolvers<void>()
    on('writev', () => gate.promise)
    const first = append(log, batchOf(['a']))
    await new Promise(setImmediate)
    const rest = ['b', 'c', 'd'].map((value) => append(log, batchOf([value])))
    gate.resolve()
    await Promise.all([first.written, ...rest.map((appended) => appended.written)])
    const size = first.sizeInBytes
    const writes = calls.filter(({ operation }) => operation === 'writev').map(({ detail }) => detail)
    assert.deepEqual(writes, [`${size} at 0`, `${size} + ${size} + ${size} at ${size}`])
  })

  test('one fdatasync serves all who wait, and one more all who came meanwhile', async () => {
    const { harness, on, count } = observed()
    const log = await harness.openLog()
    for (const value of ['a', 'b']) await write(log, batchOf([value]))
    const gate = Promise.withResolvers<void>()
    on('sync', () => gate.promise)
    const waiting = [log.flushed(1), log.flushed(2)]
    await write(log, batchOf(['c']))
    await write(log, batchOf(['d']))
    waiting.push(log.flushed(3), log.flushed(4))
    assert.equal(log.recoveryPoint, 0)
    gate.resolve()
    await Promise.all(waiting)
    assert.equal(count('sync'), 2)
    assert.equal(log.recoveryPoint, 4)
    await log.flushed(4)
    assert.equal(count('sync'), 2, 'what is on disk is not synced again')
  })

  test('a flush that is asked for before the write waits for it', async () => {
    const { harness, on, calls } = observed()
    const log = await harness.openLog()
    const gate = Promise.withResolvers<void>()
    on('writev', () => gate.promise)
    append(log, batchOf(['a']))
    const flushed = log.flushed(1)
    await new Promise(setImmediate)
    assert.equal(
      calls.some(({ operation, path }) => operation === 'sync' && DATA.test(path)),
      false,
    )
    gate.resolve()
    await flushed
    assert.equal(log.recoveryPoint, 1)
  })

  test('the first flush of a new file covers the folders in which it is found', async () => {
    const { harness, calls } = observed()
    const log = await harness.openLog()
    calls.length = 0
    await write(log, batchOf(['a']))
    await log.flushed(1)
    const lasting = calls.filter(({ operation }) => operation === 'syncDirectory').map(({ path }) => path)
    assert.deepEqual(lasting.toSorted(), ['.', 'topic-0'])
    await write(log, batchOf(['b']))
    await log.flushed(2)
    assert.equal(calls.filter(({ operation }) => operation === 'syncDirectory').length, 2)
  })

  test('an index that an orderly stop wrote is synced when its segment takes no more batches', async () => {
    const { harness, calls } = observed()
    await write(await harness.openLog(), batchOf(['a']))
    const log = await harness.restart()
    const synced = () =>
      calls.filter(({ operation, path }) => operation === 'sync' && path.endsWith('.timeindex')).length
    assert.equal(synced(), 0)
    await log.roll()
    assert.equal(synced(), 1)
    await harness.manager.close()
  })

  test('after a kill the first flush covers what the process before had written, and where it is found', async () => {
    const { harness } = observed({ config: { segmentBytes: 150 } })
    const before = await harness.openLog()
    for (const value of ['a', 'b', 'c']) await write(before, batchOf([value]))
    await before.roll()
    const killed = new MemoryFileSystem()
    await copyFolder(harness.fs, logDir, killed, logDir)
    await killed.writeFile(`${logDir}/recovery-point-offset-checkpoint`, '0\n0\n')
    const calls: string[] = []
    const fs = new ObservedFileSystem(killed, logDir, ({ operation, path }) => {
      if (operation === 'syncDirectory' || (operation === 'sync' && DATA.test(path))) calls.push(`${operation} ${path}`)
    })
    const log = await new StorageHarness({ fs, config: { segmentBytes: 150 } }).openLog()
    calls.length = 0
    // Nothing was written in this life: a retry of what was, which may be answered only when it is on the disk.
    await log.flushed(3)
    assert.deepEqual(calls.toSorted(), [
      'sync topic-0/00000000000000000000.log',
      'sync topic-0/00000000000000000002.log',
      'syncDirectory .',
      'syncDirectory topic-0',
    ])
  })

  test('flush.messages makes an append wait for the disk', async () => {
    const { harness, count } = observed({ config: { flushMessages: 2 } })
    const log = await harness.openLog()
    await write(log, batchOf(['a']))
    assert.equal(count('sync'), 0)
    await write(log, batchOf(['b']))
    assert.deepEqual([count('sync'), log.recoveryPoint], [1, 2])
  })

  test('flush.ms flushes so long after a write, and leaves no timer behind', async () => {
    const { harness, count } = observed({ config: { flushMs: 1000 } })
    const log = await harness.openLog()
    await write(log, batchOf(['a']))
    assert.equal(harness.clock.pendingTimers, 1)
    await harness.clock.advanceAsync(999)
    assert.equal(count('sync'), 0)
    await harness.clock.advanceAsync(1)
    await log.flushed(1)
    assert.equal(count('sync'), 1)
    assert.equal(harness.clock.pendingTimers, 0)
  })

  test('a failed write fails everything behind it, shows nothing of it, and ends the appends', async () => {
    const { harness, on } = observed()
    const failing = new StorageHarness({ fs: harness.fs, options: { tailCacheBytes: 0 } })
    const log = await failing.openLog()
    await write(log, batchOf(['a']))
    on('writev', () => {
      throw diskError()
    })
    const lost = [append(log, batchOf(['b'])), append(log, batchOf(['c']))]
    for (const { written } of lost)
      await assert.rejects(written, { name: 'StorageError', error: 'KAFKA_STORAGE_ERROR' })
    const [dir] = failing.manager.logDirs
    assert.deepEqual([log.logEndOffset, log.writtenOffset, dir!.failure], [1, 1, undefined])
    assert.match(dir!.refusal!.message, /refuses writes/)
    const refused = log.appendAsLeader(batchOf(['d']), { leaderEpoch: 0, origin: 'client' })
    assert.ok(!refused.ok)
    assert.equal(refused.error.name, 'KAFKA_STORAGE_ERROR')
    assert.deepEqual(await readValues(log), ['a'], 'reads go on')
    await assert.rejects(log.flushed(2), { error: 'KAFKA_STORAGE_ERROR' })
    await assert.rejects(failing.manager.getOrCreateLog({ topic: 'other', partition: 0 }, 'AAAAAAAAAAAAAAAAAAAAAg'), {
      error: 'KAFKA_STORAGE_ERROR',
    })
    on('lock', () => undefined)
    await failing.manager.close()
    assert.equal(await harness.fs.exists(`${logDir}/.kafka_cleanshutdown`), false, 'nobody vouches for it')
    const after = new StorageHarness({ fs: harness.fs })
    assert.deepEqual(await readValues(await after.openLog()), ['a'])
  })

  test('a failed fdatasync is final: a second one could lie', async () => {
    const { harness, on, count } = observed()
    const log = await harness.openLog()
    await write(log, batchOf(['a']))
    on('sync', () => {
      throw diskError()
    })
    await assert.rejects(log.flushed(1), { error: 'KAFKA_STORAGE_ERROR' })
    await assert.rejects(log.flushed(1), { error: 'KAFKA_STORAGE_ERROR' })
    assert.deepEqual([count('sync'), log.recoveryPoint], [1, 0])
    assert.equal(log.failure?.error, 'KAFKA_STORAGE_ERROR')
    assert.ok(
      harness.warnings().includes('The disk refused; the partition takes no appends until it can be opened anew'),
    )
  })

  test('a failure of the work behind a roll ends the appends too, and nothing is left unhandled', async () => {
    const { harness } = observed({ config: { segmentBytes: 150 } })
    const log = await harness.openLog()
    const fs = harness.fs as ObservedFileSystem
    fs.observer = ({ path }) => {
      if (path.endsWith('.snapshot')) throw diskError()
    }
    for (const value of ['a', 'b', 'c']) append(log, batchOf([value]))
    await assert.rejects(log.roll(), { error: 'KAFKA_STORAGE_ERROR' })
    assert.equal(log.failure?.error, 'KAFKA_STORAGE_ERROR')
  })

  test('closing and deleting lets nobody wait for ever', async () => {
    const { harness, on } = observed()
    const log = await harness.openLog()
    const gate = Promise.withResolvers<void>()
    on('writev', () => gate.promise)
    const { written } = append(log, batchOf(['a']))
    const beyond = log.flushed(99)
    const closing = harness.manager.deleteLog(log.topicPartition)
    gate.resolve()
    await written
    await assert.rejects(beyond, { error: 'NOT_LEADER_OR_FOLLOWER' })
    await closing
    assert.equal(harness.manager.log(log.topicPartition), undefined)
    await harness.manager.close()
    assert.equal(harness.clock.pendingTimers, 0)
  })
})

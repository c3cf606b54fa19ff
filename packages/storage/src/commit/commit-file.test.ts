import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FileSystemError, MemoryFileSystem } from '@milena/runtime'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'
import { StorageHarness, append, batchOf, copyFolder, logDir, readValues, topicId } from '../testing/harness.ts'
import type { LogManagerOptions } from '../manager/log-manager-options.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

const LOGS = 4
const COMMIT_FILE = /^milena-commit-[ab]$/
const SEGMENT = /^topic-\d\/\d+\.log$/

/** Storage whose logs, after the first, are served together, and which counts the syncs of either kind. */
async function started(options: Partial<LogManagerOptions> = {}) {
  const fs = new ObservedFileSystem(new MemoryFileSystem(), logDir)
  const harness = new StorageHarness({ fs, options: { syncsAtATime: 1, syncTogetherMin: 2, ...options } })
  const manager = await harness.start()
  const logs: UnifiedLog[] = []
  for (let partition = 0; partition < LOGS; partition++) {
    logs.push(await manager.getOrCreateLog({ topic: 'topic', partition }, topicId))
  }
  /** Something to each log, and everyone waits for the disk. */
  const round = async (value: string): Promise<void> => {
    await Promise.all(logs.map((log) => log.flushed(append(log, batchOf([value])).lastOffset + 1)))
  }
  await round('begin')
  // From here on they are known to the disk.
  await manager.checkpointOffsets()
  const syncs = { together: 0, alone: 0 }
  fs.observer = ({ operation, path }) => {
    if (operation !== 'sync') return
    if (COMMIT_FILE.test(path)) syncs.together += 1
    if (SEGMENT.test(path)) syncs.alone += 1
  }
  return { fs, harness, manager, logs, round, syncs }
}

describe('CommitFile', () => {
  test('one sync serves all who wait, and what it answers for is carried over after a crash', async () => {
    const { fs, logs, round, syncs } = await started()
    await round('again')
    const before = { ...syncs }
    await round('young')
    await round('newer')
    assert.deepEqual([syncs.together - before.together, syncs.alone - before.alone], [2, 0])
    assert.ok(logs.every((log) => log.recoveryPoint < log.writtenOffset))
    const disk = new MemoryFileSystem()
    await copyFolder(fs, logDir, disk, logDir)
    // Of the segments, whose four batches are as large as each other, a loss of power leaves what was synced.
    for (const { directory, recoveryPoint } of logs) {
      const file = await disk.open(`${directory}/00000000000000000000.log`, 'readwrite')
      await file.truncate(((await file.size()) / 4) * recoveryPoint)
      await file.close()
    }
    const next = new StorageHarness({ fs: disk })
    for (const log of (await next.start()).logs()) {
      assert.deepEqual(await readValues(log), ['begin', 'again', 'young', 'newer'])
    }
    assert.deepEqual(
      (await disk.readdir(logDir)).filter((name) => COMMIT_FILE.test(name)),
      [],
    )
  })

  test('a checkpoint brings everything to where it belongs before it says so', async () => {
    const { logs, round, manager, syncs } = await started()
    await round('second')
    await round('third')
    const { alone } = syncs
    await manager.checkpointOffsets()
    assert.equal(syncs.alone, alone + LOGS)
    assert.deepEqual(
      logs.map(({ recoveryPoint }) => recoveryPoint),
      logs.map(() => 3),
    )
    await manager.checkpointOffsets()
    assert.equal(syncs.alone, alone + LOGS, 'it says nothing any more')
  })

  test('what is just being answered for is brought to where it belongs as well', async () => {
    const { fs, logs, round, manager } = await started()
    await round('second')
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    fs.observer = async ({ operation, path }) => {
      if (operation !== 'sync' || !COMMIT_FILE.test(path)) return
      begun.resolve()
      await gate.promise
    }
    const answered = round('third')
    await begun.promise
    const checkpointed = manager.checkpointOffsets()
    gate.resolve()
    await Promise.all([answered, checkpointed])
    assert.deepEqual(
      logs.map(({ recoveryPoint }) => recoveryPoint),
      logs.map(() => 3),
    )
  })

  test('the two files take turns when they are full, and an orderly stop leaves none', async () => {
    const { fs, round, manager, syncs } = await started({ commitFileBytes: 1500 })
    for (let times = 0; times < 10; times++) await round(`${times}`)
    assert.deepEqual(
      (await fs.readdir(logDir)).filter((name) => COMMIT_FILE.test(name)),
      ['milena-commit-a', 'milena-commit-b'],
    )
    for (const name of ['milena-commit-a', 'milena-commit-b']) {
      assert.ok((await fs.stat(`${logDir}/${name}`)).size <= 1500)
    }
    assert.ok(syncs.alone > 0)
    await manager.close()
    assert.deepEqual(
      (await fs.readdir(logDir)).filter((name) => COMMIT_FILE.test(name)),
      [],
    )
  })

  test('when it cannot be written each log is synced for itself, and nobody hears of it', async () => {
    const { fs, harness, logs, round, syncs } = await started()
    const count = fs.observer
    let isBroken = true
    fs.observer = (call) => {
      const touches = call.operation === 'writev' || call.operation === 'sync'
      if (isBroken && touches && COMMIT_FILE.test(call.path)) throw new FileSystemError('EIO', 'broken', call.path)
      return count(call)
    }
    await round('second')
    await round('third')
    assert.equal(syncs.together, 0)
    assert.deepEqual(
      logs.map(({ recoveryPoint }) => recoveryPoint),
      logs.map(() => 3),
    )
    assert.ok(harness.warnings().includes('A commit file cannot be written; each log is synced for itself'))
    isBroken = false
    await harness.clock.advanceAsync(1000)
    await round('fourth')
    await round('fifth')
    assert.ok(syncs.together > 0, 'it begins anew')
  })

  test('new logs are made anew from it when the power goes, and settled when it is quiet', async () => {
    const fs = new ObservedFileSystem(new MemoryFileSystem(), logDir)
    const options = { syncsAtATime: 1, syncTogetherMin: 2 }
    const harness = new StorageHarness({ fs, options })
    const manager = await harness.start()
    const partitions = [0, 1, 2, 3]
    const logs = await Promise.all(
      partitions.map((partition) => manager.getOrCreateLog({ topic: 'topic', partition }, topicId)),
    )
    for (const value of ['a', 'b'])
      await Promise.all(logs.map((log) => log.flushed(append(log, batchOf([value])).lastOffset + 1)))
    // The first did not have to wait; nothing of the others is on the disk but what the commit file has.
    const lost = logs.filter(({ recoveryPoint }) => recoveryPoint === 0)
    assert.equal(lost.length, 3)
    const disk = new MemoryFileSystem()
    await copyFolder(fs, logDir, disk, logDir)
    for (const { directory } of lost) await disk.removeDirectory(directory)
    const again = await new StorageHarness({ fs: disk }).start()
    assert.equal([...again.logs()].length, 4)
    for (const log of again.logs()) assert.deepEqual([log.topicId, ...(await readValues(log))], [topicId, 'a', 'b'])
    await harness.clock.advanceAsync(1000)
    await manager.checkpointOffsets()
    assert.ok(logs.every(({ recoveryPoint }) => recoveryPoint === 2))
    const settled = new MemoryFileSystem()
    await copyFolder(fs, logDir, settled, logDir)
    for (const name of ['a', 'b']) await settled.remove(`${logDir}/milena-commit-${name}`).catch(() => undefined)
    for (const log of (await new StorageHarness({ fs: settled }).start()).logs())
      assert.deepEqual(await readValues(log), ['a', 'b'])
  })

  test('a deletion does not wait for it; a log of the same name does, and gets nothing of the deleted one', async () => {
    const { fs, manager, logs, round, syncs } = await started()
    await round('old')
    await round('older')
    const { alone } = syncs
    await manager.deleteLog({ topic: 'topic', partition: 3 })
    assert.equal(syncs.alone, alone)
    const otherId = 'BBBBBBBBBBBBBBBBBBBBBg'
    const young = await manager.getOrCreateLog({ topic: 'topic', partition: 3 }, otherId)
    logs[3] = young
    await round('young')
    await round('younger')
    const disk = new MemoryFileSystem()
    await copyFolder(fs, logDir, disk, logDir)
    await disk.removeDirectory(`${logDir}/topic-3`)
    const found = (await new StorageHarness({ fs: disk }).start()).log({ topic: 'topic', partition: 3 })
    assert.deepEqual([found?.topicId, await readValues(found!)], [otherId, ['young', 'younger']])
  })

  test('what a sync of a log lost that memory has not either is taken from it', async () => {
    const { fs, harness, logs, round, manager } = await started({ tailCacheBytes: 1000 })
    await round('second')
    await round('third')
    const log = logs.find(({ recoveryPoint, writtenOffset }) => recoveryPoint < writtenOffset - 1)!
    const segment = `${fs.relative(log.directory)}/00000000000000000000.log`
    let failures = 0
    fs.observer = async ({ operation, path }) => {
      if (operation !== 'sync' || path !== segment || failures > 0) return
      failures += 1
      // As the system does: what it could not write it forgets.
      const file = await harness.fs.open(`${logDir}/${segment}`, 'readwrite')
      const size = await file.size()
      await file.writev([Buffer.alloc((size / 3) * 2)], size / 3)
      await file.close()
      throw new FileSystemError('EIO', 'broken', path)
    }
    // Another one pushes it out of the cache.
    const other = logs.find((each) => each !== log)!
    for (let times = 0; times < 10; times++) await append(other, batchOf(['x'.repeat(300)])).written
    await manager.checkpointOffsets()
    assert.equal(failures, 1)
    assert.ok(log.failure)
    fs.observer = () => undefined
    await harness.clock.advanceAsync(5000)
    const back = manager.log(log.topicPartition)!
    assert.equal(back.failure, undefined)
    assert.deepEqual(await readValues(back), ['begin', 'second', 'third'])
  })
})

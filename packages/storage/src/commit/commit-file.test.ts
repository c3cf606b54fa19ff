import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FileSystemError, MemoryFileSystem } from '@milena/runtime'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'
import { StorageHarness, append, batchOf, copyFolder, logDir, readValues, topicId } from '../testing/harness.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

const LOGS = 4
const COMMIT_FILE = /^milena-commit-[ab]$/
const SEGMENT = /^topic-\d\/\d+\.log$/

/** Storage whose logs, after the first, are served together, and which counts the syncs of either kind. */
async function started(options: { readonly commitFileBytes?: number } = {}) {
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
  // New files are synced each for itself.
  await round('begin')
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
})

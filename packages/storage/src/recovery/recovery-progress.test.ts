import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock, MemoryFileSystem, captureLogger } from '@milena/runtime'
import { RecoveryProgress } from './recovery-progress.ts'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'
import { StorageHarness, batchOf, copyFolder, logDir, topicId, write } from '../testing/harness.ts'

test('says nothing in the first second, then how far it has come and how long it may take', () => {
  const clock = new ManualClock()
  const { logger, entries } = captureLogger({ clock })
  const progress = new RecoveryProgress({ clock, logger, logDir: '/data', partitions: 10 })
  clock.advance(999)
  assert.deepEqual(entries, [])
  clock.advance(1)
  progress.addBytes(5 * 1_048_576)
  progress.addPartition()
  progress.addPartition()
  clock.advance(1000)
  progress.stop()
  clock.advance(10_000)
  assert.deepEqual(
    entries.map(({ fields }) => fields),
    [
      { logDir: '/data', partitions: '0 of 10', checkedMiB: 0 },
      { logDir: '/data', partitions: '2 of 10', checkedMiB: 5, secondsLeft: 8 },
    ],
  )
})

test('logs are recovered side by side, as many as the threads of Kafka allow, and leave no timer behind', async () => {
  const before = new StorageHarness()
  const manager = await before.start()
  for (let partition = 0; partition < 40; partition++) {
    const log = await manager.getOrCreateLog({ topic: 'topic', partition }, topicId)
    await write(log, batchOf(['a']))
  }
  const disk = new MemoryFileSystem()
  await copyFolder(before.fs, logDir, disk, logDir)
  for (const [threads, expected] of [
    [1, 8],
    [2, 16],
  ] as const) {
    const fs = new ObservedFileSystem(disk, logDir)
    let reading = 0
    let most = 0
    fs.observer = async ({ operation, path }) => {
      if (operation !== 'read' || !path.endsWith('.log')) return
      reading += 1
      most = Math.max(most, reading)
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
      reading -= 1
    }
    const after = new StorageHarness({ fs, options: { recoveryThreadsPerDir: threads } })
    await after.start()
    assert.equal([...after.manager.logs()].length, 40)
    assert.equal(most, expected)
    assert.equal(after.clock.pendingTimers, 0)
    await after.manager.close()
    await disk.remove(`${logDir}/.kafka_cleanshutdown`)
  }
})

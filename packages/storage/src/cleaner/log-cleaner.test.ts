import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FileSystemError, MemoryFileSystem } from '@milena/runtime'
import { contents, keyed } from '../testing/compaction.ts'
import { StorageHarness, logDir, topicId, topicPartition, write } from '../testing/harness.ts'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'
import type { UnifiedLog } from '../log/unified-log.ts'
import { defaultCleanerConfig } from './cleaner-config.ts'

const SECOND_MS = 1000
const config = { cleanupPolicy: ['compact'] as const, fileDeleteDelayMs: 0 }
const CHECKPOINT = `${logDir}/cleaner-offset-checkpoint`

async function checkpointOf({ fs }: StorageHarness): Promise<string> {
  return Buffer.from(await fs.readFile(CHECKPOINT))
    .toString()
    .replaceAll('\n', ' ')
    .trim()
}

/** Appends batches, each in a segment of its own. */
async function fill(log: UnifiedLog, batches: readonly Uint8Array[]): Promise<void> {
  for (const bytes of batches) {
    await write(log, bytes)
    await log.roll()
  }
}

describe('the cleaner', () => {
  test('takes up what is dirty enough, the filthiest log first, and writes down how far it came', async () => {
    const harness = new StorageHarness({ config })
    const manager = await harness.start()
    const logs = await Promise.all(
      [0, 1, 2].map((partition) => manager.getOrCreateLog({ topic: 'topic', partition }, topicId, harness.config)),
    )
    for (const log of logs) await fill(log, [keyed(['a=1']), keyed(['a=2']), keyed(['a=3'])])
    assert.equal(await manager.cleaner.cleanNow(), 3)
    assert.equal(await checkpointOf(harness), '0 3 topic 0 3 topic 1 3 topic 2 3')
    assert.equal(await manager.cleaner.cleanNow(), 0)
    // Half of the log at least must be dirty; of what is left of the others there is as much.
    await fill(logs[1]!, [keyed(['a=4'])])
    await fill(logs[2]!, [keyed(['a=4']), keyed(['b=1'])])
    assert.equal(await manager.cleaner.cleanNow(), 1)
    assert.deepEqual(await contents(logs[1]!), ['2:a=3', '3:a=4'])
    assert.deepEqual(await contents(logs[2]!), ['3:a=4', '4:b=1'])
    assert.equal(await checkpointOf(harness), '0 3 topic 0 3 topic 1 3 topic 2 5')
    await manager.close()
  })

  test('leaves logs alone that are not to be compacted', async () => {
    const harness = new StorageHarness({ config: { ...config, cleanupPolicy: ['delete'] } })
    const log = await harness.openLog()
    await fill(log, [keyed(['a=1']), keyed(['a=2'])])
    assert.equal(await harness.manager.cleaner.cleanNow(), 0)
    log.updateConfig({ ...log.config, cleanupPolicy: ['compact'] })
    assert.equal(await harness.manager.cleaner.cleanNow(), 1)
    await harness.manager.close()
  })

  test('stops before what is not stable, and before what is too young', async () => {
    const harness = new StorageHarness({ config: { ...config, minCompactionLagMs: 10 * SECOND_MS } })
    const log = await harness.openLog()
    const now = harness.clock.nowMs()
    await fill(log, [
      keyed(['a=1'], { timestamp: now - 60_000 }),
      keyed(['a=2'], { timestamp: now - 10_001 }),
      keyed(['a=3'], { timestamp: now - 5000 }),
      keyed(['a=4'], { timestamp: now - 60_000 }),
    ])
    await harness.manager.cleaner.cleanNow()
    assert.deepEqual(await contents(log), ['1:a=2', '2:a=3', '3:a=4'])
    harness.clock.advance(6 * SECOND_MS)
    await write(log, keyed(['z=1'], { producerId: 1, producerEpoch: 0, baseSequence: 0, isTransactional: true }))
    await fill(log, [keyed(['z=2'])])
    await harness.manager.cleaner.cleanNow()
    assert.deepEqual(await contents(log), ['3:a=4', '4:z=1', '5:z=2'])
    await harness.manager.close()
  })

  test('takes up what has waited for too long, clean enough as it may be', async () => {
    const harness = new StorageHarness({
      config: { ...config, maxCompactionLagMs: 3_600_000, minCleanableDirtyRatio: 0.9 },
    })
    const log = await harness.openLog()
    const timestamp = harness.clock.nowMs()
    const many = Array.from({ length: 50 }, (_, index) => `k${index}=1`)
    await fill(log, [keyed(many, { timestamp })])
    await harness.manager.cleaner.cleanNow()
    await fill(log, [keyed(['k0=2'], { timestamp })])
    assert.equal(await harness.manager.cleaner.cleanNow(), 0)
    harness.clock.advance(3_600_001)
    assert.equal(await harness.manager.cleaner.cleanNow(), 1)
    await harness.manager.close()
  })

  test('works in the background, and rests in between', async () => {
    const options = { cleaner: { ...defaultCleanerConfig, backoffMs: SECOND_MS } }
    const harness = new StorageHarness({ config, options })
    const log = await harness.openLog()
    await fill(log, [keyed(['a=1']), keyed(['a=2'])])
    harness.manager.startBackground()
    harness.clock.advance(SECOND_MS - 1)
    assert.equal(log.compaction.isCleaning, false)
    harness.clock.advance(1)
    await harness.manager.cleaner.stop()
    harness.manager.cleaner.start()
    harness.clock.advance(SECOND_MS)
    while (log.numberOfSegments > 2) await new Promise(setImmediate)
    assert.deepEqual(await contents(log), ['1:a=2'])
    await harness.manager.close()
    assert.equal(harness.clock.pendingTimers, 0)
  })

  test('can be switched off and on while it runs', async () => {
    const options = { cleaner: { ...defaultCleanerConfig, enabled: false, backoffMs: SECOND_MS } }
    const harness = new StorageHarness({ config, options })
    await harness.openLog()
    const { manager, clock } = harness
    manager.cleaner.start()
    assert.equal(clock.pendingTimers, 0)
    await manager.cleaner.updateConfig({ ...options.cleaner, enabled: true, threads: 3 })
    assert.equal(clock.pendingTimers, 3)
    await manager.cleaner.updateConfig(options.cleaner)
    assert.equal(clock.pendingTimers, 0)
    await manager.close()
  })

  test('does not try a log again at which it failed, and says so', async () => {
    const harness = new StorageHarness({ config })
    const log = await harness.openLog()
    await fill(log, [keyed(['a=1']), keyed(['a=2'])])
    const file = `${harness.partitionDir}/00000000000000000000.log`
    const bytes = Buffer.from(await harness.fs.readFile(file))
    bytes[bytes.length - 1]! ^= 1
    await harness.fs.writeFile(file, bytes)
    assert.equal(await harness.manager.cleaner.cleanNow(), 1)
    assert.equal(harness.manager.cleaner.isUncleanable(log), true)
    assert.deepEqual(harness.warnings(), [
      'A log cannot be cleaned, and is not tried again before the next start; it grows until what is wrong is mended',
    ])
    assert.equal(await harness.manager.cleaner.cleanNow(), 0)
    await harness.manager.close()
  })

  test('comes back to a log for which the disk had no room', async () => {
    const fs = new ObservedFileSystem(new MemoryFileSystem(), logDir)
    const harness = new StorageHarness({ fs, config, options: { cleaner: { ...defaultCleanerConfig, backoffMs: 1 } } })
    const log = await harness.openLog()
    await fill(log, [keyed(['a=1']), keyed(['a=2'])])
    let isFull = true
    fs.observer = ({ operation, path }) => {
      if (isFull && operation === 'writev' && path.endsWith('.cleaned'))
        throw new FileSystemError('ENOSPC', 'full', path)
    }
    harness.manager.cleaner.start()
    harness.clock.advance(1)
    while (harness.warnings().length === 0) await new Promise(setImmediate)
    assert.deepEqual(harness.warnings(), ['The disk has no room to clean a log; it is tried again later'])
    assert.equal(log.failure, undefined)
    isFull = false
    while (log.numberOfSegments > 2) {
      harness.clock.advance(1)
      await new Promise(setImmediate)
    }
    assert.deepEqual(await contents(log), ['1:a=2'])
    await harness.manager.close()
  })

  test('begins anew where a log was cut, or deleted and made again', async () => {
    const harness = new StorageHarness({ config })
    const log = await harness.openLog()
    await fill(log, [keyed(['a=1', 'b=1']), keyed(['b=2']), keyed(['a=2'])])
    await harness.manager.cleaner.cleanNow()
    assert.equal(await checkpointOf(harness), '0 1 topic 0 4')
    await log.truncateTo(3)
    assert.equal(await checkpointOf(harness), '0 1 topic 0 3')
    await harness.manager.deleteLog(topicPartition)
    assert.equal(await checkpointOf(harness), '0 0')
    await harness.manager.close()
  })

  test('begins at the start of a log whose checkpoint cannot be right', async () => {
    const harness = new StorageHarness({ config })
    const log = await harness.openLog()
    await fill(log, [keyed(['a=1']), keyed(['a=2'])])
    await harness.fs.writeFile(CHECKPOINT, '0\n1\ntopic 0 99\n')
    assert.equal(await harness.manager.cleaner.cleanNow(), 1)
    assert.deepEqual(harness.warnings(), [
      'A log is cleaned from its start again, because its checkpoint lies outside of it',
    ])
    assert.equal(await checkpointOf(harness), '0 1 topic 0 2')
    await harness.manager.close()
  })

  test('lets a log in peace that moves, and finds it as clean as it was', async () => {
    const options = { logDirs: [logDir, '/other'] }
    const harness = new StorageHarness({ config, options })
    const log = await harness.openLog()
    await fill(log, [keyed(['a=1']), keyed(['a=2'])])
    await harness.manager.cleaner.cleanNow()
    await fill(log, [keyed(['a=3']), keyed(['a=4']), keyed(['a=5'])])
    harness.manager.moveLog(topicPartition, '/other')
    assert.equal(log.compaction.isPaused, true)
    await harness.manager.moveOf(topicPartition)!.done
    const moved = harness.manager.log(topicPartition)!
    assert.equal(await harness.manager.cleaner.cleanNow(), 1)
    // The last segment that holds something is the active one, where a log is opened again.
    assert.deepEqual(await contents(moved), ['3:a=4', '4:a=5'])
    assert.equal(harness.manager.cleaner.lastStats!.mapBytesRead, 2 * keyed(['a=3']).length)
    await harness.manager.close()
  })
})

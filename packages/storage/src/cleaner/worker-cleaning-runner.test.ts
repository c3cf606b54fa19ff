import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { nodeFileSystem } from '@milena/runtime'
import { contents, keyed } from '../testing/compaction.ts'
import { StorageHarness, write } from '../testing/harness.ts'
import type { UnifiedLog } from '../log/unified-log.ts'
import { WorkerCleaningRunner } from './worker-cleaning-runner.ts'

describe('a cleaning in a thread of its own', () => {
  let directory: string
  let harness: StorageHarness
  let log: UnifiedLog
  const runners: WorkerCleaningRunner[] = []

  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'milena-cleaner-'))
    const openCleaningRunner = (): WorkerCleaningRunner => {
      runners.push(new WorkerCleaningRunner())
      return runners.at(-1)!
    }
    const config = { cleanupPolicy: ['compact'] as const, fileDeleteDelayMs: 0, minCleanableDirtyRatio: 0 }
    harness = new StorageHarness({ fs: nodeFileSystem, logDir: directory, config, options: { openCleaningRunner } })
    log = await harness.openLog()
  })

  after(async () => {
    await harness.manager.close()
    await rm(directory, { recursive: true, force: true })
  })

  test('does what one on the same thread does', async () => {
    const many = Array.from({ length: 50 }, (_, index) => `k${index}=${'x'.repeat(100)}`)
    for (let round = 0; round < 20; round++) await write(log, keyed(many, { compression: 'zstd' }))
    await log.roll()
    assert.equal(await harness.manager.cleaner.cleanNow(), 1)
    assert.deepEqual(
      (await contents(log)).map((text) => text.replace(/=x+$/, '')),
      Array.from({ length: 50 }, (_, index) => `${950 + index}:k${index}`),
    )
    assert.equal(runners.length, 1)
  })

  test('is called off when its log is cut', async () => {
    for (let round = 0; round < 3; round++) {
      await write(log, keyed(['a=1']))
      await log.roll()
    }
    const cleaning = harness.manager.cleaner.cleanNow()
    while (!log.compaction.isCleaning) await new Promise(setImmediate)
    await log.truncateTo(1002)
    assert.equal(await cleaning, 0)
    assert.deepEqual(harness.warnings(), [])
  })

  test('tells what went wrong', async () => {
    await write(log, keyed(['b=1']))
    await log.roll()
    const [file] = (await nodeFileSystem.readdir(harness.partitionDir)).filter((name) => name.endsWith('1002.log'))
    await nodeFileSystem.writeFile(path.join(harness.partitionDir, file!), Buffer.alloc(69))
    await harness.manager.cleaner.cleanNow()
    assert.equal(harness.manager.cleaner.isUncleanable(log), true)
    const { fields } = harness.capture.entries.findLast(({ level }) => level === 'error')!
    assert.match(String(fields['error']), /is damaged at byte 0: a batch says it has 12 bytes/)
  })
})

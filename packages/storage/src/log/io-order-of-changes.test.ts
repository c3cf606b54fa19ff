// The order of file system calls of what changes or shortens a log, or opens it after a crash: one golden file a story.
// Run with REWRITE=1 to write them anew, and commit the difference only if every line of it is understood.
import { test } from 'node:test'
import { FileSystemError, MemoryFileSystem } from '@milena/runtime'
import type { LogConfig } from '../log-config.ts'
import type { LogManagerOptions } from '../manager/log-manager-options.ts'
import { defaultCleanerConfig } from '../cleaner/cleaner-config.ts'
import { StorageHarness, batchOf, copyFolder, logDir, partitionDir, topicPartition, write } from '../testing/harness.ts'
import { IoRecorder } from '../testing/io-recorder.ts'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

const OTHER_DIR = '/more'
const FILE_DELETE_DELAY_MS = 1000

interface Story {
  readonly recorder: IoRecorder
  readonly disk: MemoryFileSystem
  readonly fs: ObservedFileSystem
  readonly harness: StorageHarness
  readonly log: UnifiedLog
}

/** A log with three segments; what was done to make it is not written down. */
async function begin(o: { config?: Partial<LogConfig>; options?: Partial<LogManagerOptions> } = {}): Promise<Story> {
  const disk = new MemoryFileSystem()
  const fs = new ObservedFileSystem(disk, '/')
  const harness = new StorageHarness({
    fs,
    config: { segmentBytes: 300, indexIntervalBytes: 100, fileDeleteDelayMs: FILE_DELETE_DELAY_MS, ...o.config },
    options: { tailCacheBytes: 0, ...o.options },
  })
  const log = await harness.openLog()
  for (const value of ['a', 'b', 'c']) await write(log, keyed('key', value.repeat(150)))
  await log.flushed(log.logEndOffset)
  await harness.manager.checkpointOffsets()
  await harness.clock.advanceAsync(0)
  const recorder = new IoRecorder()
  recorder.observe(fs)
  return { recorder, disk, fs, harness, log }
}

function keyed(key: string, value: string): Uint8Array {
  const timestamp = 1_700_000_000_000
  return batchOf([], { records: [{ timestamp, key: Buffer.from(key), value: Buffer.from(value) }] })
}

test('IO of a cleaning', async () => {
  const cleaner = { ...defaultCleanerConfig, dedupeBufferBytes: 50_000, ioBufferBytes: 2000 }
  const config: Partial<LogConfig> = { cleanupPolicy: ['compact'], minCleanableDirtyRatio: 0 }
  const { recorder, harness, log } = await begin({ config, options: { cleaner } })
  recorder.heading('clean: copy what stays, exchange the segments, write down how far')
  await harness.manager.cleaner.cleanNow()
  recorder.heading('remove what was exchanged')
  await harness.clock.advanceAsync(FILE_DELETE_DELAY_MS)
  recorder.heading('append to the cleaned log, and flush')
  await write(log, keyed('key', 'd'))
  await log.flushed(log.logEndOffset)
  recorder.assertAsIn('io-order-clean.txt')
})

test('IO of truncations', async () => {
  const { recorder, harness, log } = await begin()
  recorder.heading('truncate to the begin of the second segment')
  await log.truncateTo(1)
  await harness.clock.advanceAsync(FILE_DELETE_DELAY_MS)
  recorder.heading('append, and flush')
  await write(log, batchOf(['d']))
  await log.flushed(log.logEndOffset)
  recorder.heading('begin anew at another offset')
  await log.truncateFullyAndStartAt(9)
  await harness.clock.advanceAsync(FILE_DELETE_DELAY_MS)
  recorder.heading('append, and flush')
  await write(log, batchOf(['e']))
  await log.flushed(log.logEndOffset)
  recorder.assertAsIn('io-order-truncate.txt')
})

test('IO of a move to another folder', async () => {
  const { recorder, harness } = await begin({ options: { logDirs: [logDir, OTHER_DIR] } })
  const [from, to] =
    harness.manager.logDirOf(topicPartition) === logDir
      ? ([logDir, OTHER_DIR] as const)
      : ([OTHER_DIR, logDir] as const)
  recorder.heading(`move from ${from} to ${to}: copy, close, copy the rest, exchange`)
  harness.manager.moveLog(topicPartition, to)
  await harness.manager.moveOf(topicPartition)?.done
  recorder.heading('append, and flush')
  const moved = harness.manager.log(topicPartition)!
  await write(moved, batchOf(['d']))
  await moved.flushed(moved.logEndOffset)
  recorder.heading('remove what was left behind')
  await harness.clock.advanceAsync(FILE_DELETE_DELAY_MS)
  recorder.assertAsIn('io-order-move.txt')
})

test('IO of DeleteRecords, and of retention', async () => {
  const { recorder, harness, log } = await begin({ config: { retentionBytes: 250 } })
  recorder.heading('delete the records of the first segment, and write down where the log starts')
  log.deleteRecordsTo(1)
  await harness.manager.checkpointOffsets()
  recorder.heading('let the segment go')
  await log.deleteOldSegments()
  recorder.heading('remove its files')
  await harness.clock.advanceAsync(FILE_DELETE_DELAY_MS)
  recorder.heading('retention by size lets the next one go')
  await write(log, batchOf(['d'.repeat(150)]))
  await log.deleteOldSegments()
  await harness.clock.advanceAsync(FILE_DELETE_DELAY_MS)
  recorder.assertAsIn('io-order-retention.txt')
})

test('IO of a deletion, and of the next topic of the same name', async () => {
  const { recorder, harness, log } = await begin()
  recorder.heading('delete the log')
  await harness.manager.deleteLog(log.topicPartition)
  recorder.heading('make the log of another topic with that name, append, and flush')
  const next = await harness.manager.getOrCreateLog(topicPartition, 'BBBBBBBBBBBBBBBBBBBBBQ', harness.config)
  await write(next, batchOf(['d']))
  await next.flushed(next.logEndOffset)
  recorder.heading('remove the files of the first')
  await harness.clock.advanceAsync(FILE_DELETE_DELAY_MS)
  recorder.assertAsIn('io-order-delete.txt')
})

test('IO of a sync that fails, and of the way back', async () => {
  const { recorder, fs, harness, log } = await begin()
  const { observer } = fs
  fs.observer = (call) => {
    void observer(call)
    if (call.operation !== 'sync') return
    fs.observer = observer
    throw new FileSystemError('EIO', 'the disk failed', call.path)
  }
  recorder.heading('append, and flush: the sync fails')
  await write(log, batchOf(['d']))
  await log.flushed(log.logEndOffset).catch(() => undefined)
  recorder.heading('try the disk, write again what was not surely there, open the log anew')
  await harness.clock.advanceAsync(1500)
  recorder.heading('append, and flush')
  const resumed = harness.manager.log(topicPartition)!
  await write(resumed, batchOf(['e']))
  await resumed.flushed(resumed.logEndOffset)
  recorder.assertAsIn('io-order-refusal.txt')
})

test('IO of recoveries', async () => {
  const { recorder, disk, harness, log } = await begin()
  await write(log, batchOf(['d'], { producerId: 7, producerEpoch: 0, baseSequence: 0 }))
  await log.flushed(log.logEndOffset)
  const recover = async (heading: string, damage: (crashed: MemoryFileSystem) => Promise<void>): Promise<void> => {
    const crashed = new MemoryFileSystem()
    await copyFolder(disk, logDir, crashed, logDir)
    await damage(crashed)
    recorder.heading(heading)
    const fs = recorder.observe(new ObservedFileSystem(crashed, '/'))
    const after = new StorageHarness({ fs, config: harness.config, options: { tailCacheBytes: 0 } })
    await after.start()
    await after.clock.advanceAsync(FILE_DELETE_DELAY_MS)
  }
  const last = `${partitionDir}/00000000000000000002`
  await recover('nothing is damaged: what lies beyond the recovery point is read', async () => undefined)
  await recover('the last write is torn: it is cut off', async (crashed) => {
    await crashed.writeFile(`${last}.log`, (await crashed.readFile(`${last}.log`)).subarray(0, -5))
  })
  await recover('indexes before the recovery point are gone: they are made again', async (crashed) => {
    await crashed.remove(`${partitionDir}/00000000000000000001.index`)
    await crashed.remove(`${partitionDir}/00000000000000000001.timeindex`)
  })
  await recover('no checkpoint says anything: all is read', async (crashed) => {
    await crashed.remove(`${logDir}/recovery-point-offset-checkpoint`)
  })
  await recover('a deletion and a move were under way: they are completed, and given up', async (crashed) => {
    await copyFolder(crashed, partitionDir, crashed, `${logDir}/gone-0.0123456789abcdef0123456789abcdef-delete`)
    await copyFolder(crashed, partitionDir, crashed, `${logDir}/other-0.0123456789abcdef0123456789abcdef-future`)
  })
  await recover('a log was never flushed, and has no topic id', async (crashed) => {
    await crashed.remove(`${partitionDir}/partition.metadata`)
    await crashed.remove(`${logDir}/recovery-point-offset-checkpoint`)
  })
  recorder.assertAsIn('io-order-recover.txt')
})

// The order of file system calls of the operations on which durability stands, as a golden file. Run with
// REWRITE=1 to write it anew, and commit the difference only if every line of it is understood.
import { test } from 'node:test'
import { MemoryFileSystem } from '@milena/runtime'
import { IoRecorder } from '../testing/io-recorder.ts'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'
import { StorageHarness, append, batchOf, copyFolder, logDir, write } from '../testing/harness.ts'

test('the order of IO calls is the one that is written down', async () => {
  const recorder = new IoRecorder()
  const disk = new MemoryFileSystem()
  const o = {
    config: { segmentBytes: 400, indexIntervalBytes: 100, fileDeleteDelayMs: 0 },
    options: { tailCacheBytes: 0 },
  }
  const harness = new StorageHarness({ fs: recorder.observe(new ObservedFileSystem(disk, logDir)), ...o })

  recorder.heading('open an empty folder')
  await harness.start()
  recorder.heading('make a log')
  const log = await harness.openLog()
  recorder.heading('append, and flush')
  await write(log, batchOf(['a']))
  await log.flushed(1)
  recorder.heading('append three at once, and flush again')
  await append(log, batchOf(['b'])).written
  await Promise.all(['c', 'd'].map((value) => append(log, batchOf([value])).written))
  await log.flushed(4)
  recorder.heading('append over the end of the segment: roll')
  await write(log, batchOf(['e'.repeat(100)]))
  await write(log, batchOf(['f']))
  await log.roll()
  recorder.heading('checkpoint')
  await harness.manager.checkpointOffsets()
  await harness.manager.checkpointHighWatermarks()
  recorder.heading('read what is not in memory')
  await log.read(1, { maxBytes: 100, maxOffset: 4, minOneMessage: true })
  recorder.heading('delete the first records, and their segment')
  log.deleteRecordsTo(5)
  await log.deleteOldSegments()
  await harness.clock.advanceAsync(0)
  await log.roll()
  await write(log, batchOf(['g']))

  const crashed = new MemoryFileSystem()
  await copyFolder(disk, logDir, crashed, logDir)

  recorder.heading('close in order')
  await harness.manager.close()
  recorder.heading('open after an orderly stop')
  await harness.start()
  recorder.heading('close without having written')
  await harness.manager.close()

  recorder.heading('open after a crash')
  const file = '/logs/topic-0/00000000000000000006.log'
  await crashed.writeFile(file, Buffer.concat([await crashed.readFile(file), Buffer.from('torn')]))
  const after = new StorageHarness({ fs: recorder.observe(new ObservedFileSystem(crashed, logDir)), ...o })
  await after.start()
  recorder.heading('delete the log')
  await after.manager.deleteLog(log.topicPartition)
  await after.clock.advanceAsync(0)
  await after.manager.close()

  recorder.assertAsIn('io-order.txt')
})

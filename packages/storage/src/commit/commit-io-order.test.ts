// The order of file system calls by which many logs are served together. As in io-order-of-changes.test.ts.
import { test } from 'node:test'
import { MemoryFileSystem } from '@milena/runtime'
import { StorageHarness, append, batchOf, copyFolder, logDir, topicId } from '../testing/harness.ts'
import { IoRecorder } from '../testing/io-recorder.ts'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'

test('IO of logs that wait for the disk together', async () => {
  const disk = new MemoryFileSystem()
  const recorder = new IoRecorder()
  const fs = recorder.observe(new ObservedFileSystem(disk, '/'))
  // All go to the commit file, which three batches fill.
  const options = { syncTogetherMin: 1, commitFileBytes: 500 }
  const harness = new StorageHarness({ fs, options })
  const manager = await harness.start()
  recorder.heading('make two logs, append to both, and flush')
  const logs = await Promise.all(
    [0, 1].map((partition) => manager.getOrCreateLog({ topic: 'topic', partition }, topicId)),
  )
  const flushBoth = async (value: string): Promise<void> => {
    await Promise.all(logs.map((log) => log.flushed(append(log, batchOf([value])).lastOffset + 1)))
  }
  await flushBoth('a')
  const atFirst = new MemoryFileSystem()
  await copyFolder(disk, logDir, atFirst, logDir)
  recorder.heading('append, and flush: the file is full, the other one begins, and the first is emptied')
  await flushBoth('b')
  await harness.clock.advanceAsync(0)
  recorder.heading('it is quiet: all is brought to where it belongs')
  await harness.clock.advanceAsync(2000)
  recorder.heading('append, and flush')
  await flushBoth('c')
  recorder.heading('write the recovery points down')
  await manager.checkpointOffsets()
  recorder.heading('append, flush, and stop in order')
  await flushBoth('d')
  await manager.close()
  recorder.heading('the power went behind the first two records, and of one log there is nothing: it is made anew')
  await atFirst.removeDirectory(`${logDir}/topic-1`)
  await new StorageHarness({ fs: recorder.observe(new ObservedFileSystem(atFirst, '/')) }).start()
  recorder.assertAsIn('io-order-commit.txt')
})

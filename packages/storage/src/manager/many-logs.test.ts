// What must not grow with the number of logs: handles, timers, the work between two turns of the event loop, and what a
// start and a stop do for logs that nobody touched.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ManualClock, MemoryFileSystem } from '@milena/runtime'
import type { FileSystem } from '@milena/runtime'
import type { LogManager } from './log-manager.ts'
import type { FileSystemCall } from '../testing/observed-file-system.ts'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'
import { StorageHarness, batchOf, copyFolder, logDir, readValues, topicId, write } from '../testing/harness.ts'

const LOGS = 100
/** As many logs as are looked at without a pause, and some for what else is going on. */
const WORK_IN_A_TURN_MAX = 70

const names = Array.from({ length: LOGS }, (_, partition) => ({ topic: 'many', partition }))

async function writeToAll(manager: LogManager, value: string): Promise<void> {
  for (const name of names) await write(await manager.getOrCreateLog(name, topicId), batchOf([value]))
  await Promise.all([...manager.logs()].map((log) => log.flushed(log.logEndOffset)))
}

/** The calls that concern single logs. */
function watched(fs: FileSystem): { fs: ObservedFileSystem; calls: () => FileSystemCall[] } {
  let calls: FileSystemCall[] = []
  const observed = new ObservedFileSystem(fs, logDir, (call) => {
    if (call.path.startsWith('many-')) calls.push(call)
  })
  return {
    fs: observed,
    calls: () => {
      const seen = calls
      calls = []
      return seen
    },
  }
}

/** A clock that knows how often it was asked between two turns of the event loop: once a log that is looked at. */
class CountingClock extends ManualClock {
  #asked = 0
  mostInATurn = 0
  #counting = false

  override nowMs(): number {
    this.#asked += 1
    if (!this.#counting) {
      this.#counting = true
      setImmediate(() => {
        this.#counting = false
        this.mostInATurn = Math.max(this.mostInATurn, this.#asked)
        this.#asked = 0
      })
    }
    return super.nowMs()
  }
}

describe('many logs', () => {
  test('a start after an orderly stop reads no file of theirs, and a stop writes none of those untouched', async () => {
    const { fs, calls } = watched(new MemoryFileSystem())
    const harness = new StorageHarness({ fs })
    await writeToAll(await harness.start(), 'a')
    await harness.manager.close()
    calls()
    const manager = await harness.start()
    assert.equal([...manager.logs()].length, LOGS)
    await manager.close()
    assert.deepEqual(calls(), [])
    const [log] = (await harness.start()).logs()
    assert.deepEqual(await readValues(log!), ['a'])
    assert.deepEqual([log!.topicId, log!.highWatermark, log!.latestEpoch], [topicId, 1, 0])
  })

  test('a stop writes no file of small logs, and waits for the disk once a folder', async () => {
    const { fs, calls } = watched(new MemoryFileSystem())
    const harness = new StorageHarness({ fs })
    await writeToAll(await harness.start(), 'a')
    // Time enough to bring to their own files what the commit file has.
    await harness.clock.advanceAsync(1000)
    await harness.manager.checkpointOffsets()
    calls()
    await harness.manager.close()
    const seen = calls().filter(({ operation }) => operation !== 'close')
    assert.deepEqual(seen, [])
  })

  test('a recovery makes no files for them either, and a stop empties those that say nothing', async () => {
    const disk = new MemoryFileSystem()
    const harness = new StorageHarness({ fs: disk })
    await writeToAll(await harness.start(), 'a')
    const crashed = new MemoryFileSystem()
    await copyFolder(disk, logDir, crashed, logDir)
    await harness.manager.close()
    // As Apache Kafka leaves it when it is killed: made larger before there are entries.
    const index = `${logDir}/many-7/00000000000000000000.index`
    await crashed.writeFile(index, new Uint8Array(800))
    await (await new StorageHarness({ fs: crashed }).start()).close()
    assert.equal((await crashed.readFile(index)).byteLength, 0)
    for (const { partition } of names) {
      const files = await crashed.readdir(`${logDir}/many-${partition}`)
      assert.equal(files.length, partition === 7 ? 4 : 2, files.join(' '))
    }
  })

  test('the first record to a log takes so many calls, none of which waits for the disk; that comes later', async () => {
    const { fs, calls } = watched(new MemoryFileSystem())
    const harness = new StorageHarness({ fs })
    await writeToAll(await harness.start(), 'a')
    const ofLast = (): string[] =>
      calls()
        .filter(({ path }) => path.startsWith('many-99'))
        .map(({ operation, path }) => `${operation} ${path.replace('many-99', '')}`)
        .toSorted()
    assert.deepEqual(ofLast(), [
      'mkdir ',
      'open /00000000000000000000.log',
      'writeFile /partition.metadata',
      'writev /00000000000000000000.log',
    ])
    await harness.manager.checkpointOffsets()
    assert.deepEqual(ofLast(), [
      'close /partition.metadata',
      'open /partition.metadata',
      'sync /00000000000000000000.log',
      'sync /partition.metadata',
      'syncDirectory ',
    ])
    await harness.manager.close()
  })

  test('states that the marker does not vouch for are not believed', async () => {
    const disk = new MemoryFileSystem()
    const harness = new StorageHarness({ fs: disk })
    await writeToAll(await harness.start(), 'a')
    await harness.manager.close()
    const states = `${logDir}/milena-log-states`
    const text = Buffer.from(await disk.readFile(states)).toString()
    assert.ok(text.includes('"logEndOffset":1'))
    const forged = new MemoryFileSystem()
    await copyFolder(disk, logDir, forged, logDir)
    await forged.writeFile(states, text.replaceAll('"topicId":"A', '"topicId":"B'))
    // A marker of Apache Kafka, which had the folder in between.
    const foreign = new MemoryFileSystem()
    await copyFolder(disk, logDir, foreign, logDir)
    await foreign.writeFile(states, text.replaceAll('"topicId":"A', '"topicId":"B'))
    await foreign.writeFile(`${logDir}/.kafka_cleanshutdown`, '{"version":0,"brokerEpoch":12}')
    for (const fs of [forged, foreign]) {
      const harness = new StorageHarness({ fs })
      const again = await harness.start()
      for (const log of again.logs()) {
        assert.deepEqual([log.topicId, log.latestEpoch, await readValues(log)], [topicId, 0, ['a']])
        assert.equal((await log.fetchOffsetByTimestamp(0))?.offset, 0)
      }
      await again.close()
      // There were neither indexes nor leader epochs, and nobody misses them.
      const names = await fs.readdir(`${logDir}/many-0`)
      assert.deepEqual(names, ['00000000000000000000.log', 'partition.metadata'])
      assert.deepEqual(harness.warnings(), [])
    }
  })

  test('the handles stay within their bound, whatever is done', async () => {
    const openFilesMax = 20
    const syncsAtATime = 3
    let handles = 0
    let most = 0
    const fs = new ObservedFileSystem(new MemoryFileSystem(), logDir, ({ operation }) => {
      if (operation === 'open') most = Math.max(most, ++handles)
      if (operation === 'close') handles -= 1
    })
    const harness = new StorageHarness({ fs, options: { openFilesMax, syncsAtATime, tailCacheBytes: 0 } })
    await writeToAll(await harness.start(), 'a')
    await Promise.all([...harness.manager.logs()].map((log) => readValues(log)))
    await harness.manager.close()
    assert.equal(handles, 0)
    const crashed = new MemoryFileSystem()
    await copyFolder(fs, logDir, crashed, logDir)
    await crashed.remove(`${logDir}/.kafka_cleanshutdown`)
    // What syncs one file outside of the pool has a place in the group commit.
    assert.ok(most >= openFilesMax && most <= openFilesMax + syncsAtATime, `${most} handles`)
    const recovered = await new StorageHarness({ fs: crashed, options: { openFilesMax } }).start()
    for (const log of recovered.logs()) assert.deepEqual(await readValues(log), ['a'])
    await recovered.close()
  })

  test('timers are as many as for one log', async () => {
    const harness = new StorageHarness()
    const manager = await harness.start()
    manager.startBackground()
    await write(await manager.getOrCreateLog(names[0]!, topicId), batchOf(['a']))
    const timers = harness.clock.pendingTimers
    await writeToAll(manager, 'b')
    // That of the commit file.
    assert.equal(harness.clock.pendingTimers, timers + 1)
    await manager.close()
    assert.equal(harness.clock.pendingTimers, 0)
  })

  test('retention looks at few logs between two turns of the event loop', async () => {
    const clock = new CountingClock()
    const harness = new StorageHarness({ options: { clock } })
    await writeToAll(await harness.start(), 'a')
    await new Promise(setImmediate)
    clock.mostInATurn = 0
    await harness.manager.deleteOldSegments()
    await new Promise(setImmediate)
    const { mostInATurn } = clock
    assert.ok(mostInATurn > 1 && mostInATurn <= WORK_IN_A_TURN_MAX, `${mostInATurn} logs in a turn`)
    await harness.manager.close()
  })

  test('after a crash a small log is read as a whole, whatever its small files say', async () => {
    const disk = new MemoryFileSystem()
    const harness = new StorageHarness({ fs: disk })
    const manager = await harness.start()
    const log = await manager.getOrCreateLog(names[0]!, topicId)
    const append = (value: string, leaderEpoch: number): Promise<void> => {
      const result = log.appendAsLeader(batchOf([value]), { leaderEpoch, origin: 'client' })
      assert.ok(result.ok)
      return result.written
    }
    await append('a', 0)
    await append('b', 3)
    await log.flushed(2)
    await manager.checkpointOffsets()
    const crashed = new MemoryFileSystem()
    await copyFolder(disk, logDir, crashed, logDir)
    const folder = `${logDir}/many-0`
    assert.equal(await crashed.exists(`${folder}/leader-epoch-checkpoint`), false)
    // As a stop long ago left it, before the second epoch.
    await crashed.writeFile(`${folder}/leader-epoch-checkpoint`, '0\n1\n0 0\n')
    const [recovered] = (await new StorageHarness({ fs: crashed }).start()).logs()
    assert.deepEqual(recovered!.endOffsetForEpoch(0), { leaderEpoch: 0, endOffset: 1 })
    assert.deepEqual([recovered!.latestEpoch, recovered!.recoveryPoint], [3, 2])
    await manager.close()
  })
})

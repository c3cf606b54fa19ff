import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FileSystemError, MemoryFileSystem } from '@milena/runtime'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'
import type { FileSystemCall } from '../testing/observed-file-system.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { StorageHarness, batchOf, logDir, readValues, topicId, topicPartition, write } from '../testing/harness.ts'

const DATA = `${logDir}/topic-0/00000000000000000000.log`
const other = { topic: 'other', partition: 0 }
const CHANGES = new Set(['writev', 'writeFile', 'sync', 'truncate', 'remove', 'removeDirectory'])
const isChangeOfTopic = ({ operation, path }: FileSystemCall): boolean =>
  CHANGES.has(operation) && path.startsWith('topic-0')

/** A start on a disk that refuses calls, behind a stop that was not orderly and left half of a batch in one log. */
class StartOnFullDisk {
  readonly memory = new MemoryFileSystem()
  readonly #fs = new ObservedFileSystem(this.memory, logDir)
  readonly harness = new StorageHarness({ fs: this.#fs, options: { logDirs: [logDir, '/more'] } })
  readonly opened: TopicPartition[] = []

  async before(change: () => Promise<void>): Promise<void> {
    const first = new StorageHarness({ fs: this.memory })
    const log = await first.openLog()
    await write(log, batchOf(['a'], { producerId: 7, producerEpoch: 0, baseSequence: 0 }))
    await write(await first.manager.getOrCreateLog(other, topicId), batchOf(['x']))
    await log.flushed(1)
    await first.manager.close()
    await this.memory.remove(`${logDir}/.kafka_cleanshutdown`)
    await change()
  }

  async tearTail(): Promise<void> {
    const file = await this.memory.open(DATA, 'readwrite')
    await file.writev([Buffer.from('half')], await file.size())
    await file.close()
  }

  /** As the end of a move does that a loss of power interrupts. */
  async copyTopicToOtherFolder(): Promise<void> {
    await this.memory.mkdir('/more/topic-0')
    for (const name of await this.memory.readdir(`${logDir}/topic-0`)) {
      await this.memory.writeFile(`/more/topic-0/${name}`, await this.memory.readFile(`${logDir}/topic-0/${name}`))
    }
  }

  refuse(isMeant: (call: FileSystemCall) => boolean): void {
    this.#fs.observer = (call) => {
      if (isMeant(call)) throw new FileSystemError('ENOSPC', 'no space', call.path)
    }
  }

  async start(): Promise<void> {
    await this.harness.start()
    this.harness.manager.onOpened((each) => this.opened.push(each))
  }

  async passTime(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      await this.harness.clock.advanceAsync(1000)
      for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    }
  }
}

describe('a log that could not be opened', () => {
  test('because the disk was full opens when there is room, and an orderly stop vouches for it', async () => {
    const full = new StartOnFullDisk()
    await full.before(() => full.tearTail())
    full.refuse(isChangeOfTopic)
    await full.start()
    const { harness, memory } = full
    const { manager } = harness
    assert.equal(manager.isOffline(topicPartition), true)
    await full.passTime(10)
    assert.equal(manager.isOffline(topicPartition), true)
    await assert.rejects(manager.getOrCreateLog(topicPartition, topicId), { error: 'KAFKA_STORAGE_ERROR' })
    assert.equal((await write(manager.log(other)!, batchOf(['y']))).firstOffset, 1, 'the folder takes writes')

    full.refuse(() => false)
    await full.passTime(30)
    assert.deepEqual([full.opened, manager.isOffline(topicPartition)], [[topicPartition], false])
    const log = manager.log(topicPartition)!
    assert.deepEqual(await readValues(log), ['a'])
    const again = await write(log, batchOf(['a'], { producerId: 7, producerEpoch: 0, baseSequence: 0 }))
    assert.deepEqual([again.firstOffset, again.duplicate], [0, true])
    assert.equal((await write(log, batchOf(['b']))).firstOffset, 1)
    await manager.close()
    assert.equal(await memory.exists(`${logDir}/.kafka_cleanshutdown`), true)
    const next = new StorageHarness({ fs: memory })
    assert.deepEqual(await readValues(await next.openLog()), ['a', 'b'])
    await next.manager.close()
    assert.equal(harness.clock.pendingTimers, 0)
  })

  test('opens with the folder when that takes writes again', async () => {
    const full = new StartOnFullDisk()
    await full.before(() => full.tearTail())
    full.refuse(({ operation }) => CHANGES.has(operation))
    await full.start()
    await full.passTime(3)
    const { manager } = full.harness
    assert.match(manager.logDirs[0]!.refusal!.message, /refuses writes/)
    full.refuse(() => false)
    await full.passTime(30)
    assert.equal(manager.logDirs[0]!.refusal, undefined)
    assert.deepEqual(await readValues(manager.log(topicPartition)!), ['a'])
    await manager.close()
  })

  test('and lies in another folder too, where it is in use, goes', async () => {
    const full = new StartOnFullDisk()
    await full.before(async () => {
      await full.copyTopicToOtherFolder()
      await full.tearTail()
    })
    full.refuse(isChangeOfTopic)
    await full.start()
    const { manager } = full.harness
    const log = manager.log(topicPartition)!
    assert.equal(log.directory, '/more/topic-0')
    assert.equal((await write(log, batchOf(['b']))).firstOffset, 1)
    full.refuse(() => false)
    await full.passTime(30)
    assert.deepEqual([full.opened, manager.isOffline(topicPartition)], [[topicPartition], false])
    assert.equal(manager.log(topicPartition), log)
    assert.equal(await full.memory.exists(`${logDir}/topic-0`), false)
    assert.deepEqual(await readValues(await full.harness.restart()), ['a', 'b'])
    await full.harness.manager.close()
  })

  for (const folders of [[logDir], [logDir, '/more']]) {
    test(`in either of two folders is opened once; room comes first to ${folders.join(' and ')}`, async () => {
      const full = new StartOnFullDisk()
      await full.before(async () => {
        await full.tearTail()
        await full.copyTopicToOtherFolder()
      })
      full.refuse(({ operation, path }) => CHANGES.has(operation) && path.includes('topic-0'))
      await full.start()
      const { manager } = full.harness
      assert.equal(manager.isOffline(topicPartition), true)
      full.refuse(({ operation, path }) => CHANGES.has(operation) && path.includes('more') && folders.length === 1)
      await full.passTime(30)
      const log = manager.log(topicPartition)!
      assert.equal((await write(log, batchOf(['b']))).firstOffset, 1)
      full.refuse(() => false)
      await full.passTime(30)
      assert.equal(manager.isOffline(topicPartition), false)
      assert.equal(manager.log(topicPartition), log)
      assert.deepEqual(await readValues(await full.harness.restart()), ['a', 'b'])
      const left = await Promise.all([logDir, '/more'].map((dir) => full.memory.exists(`${dir}/topic-0`)))
      assert.equal(left.filter((isThere) => isThere).length, 1)
      await full.harness.manager.close()
    })
  }

  test('because it is damaged is not tried again', async () => {
    const full = new StartOnFullDisk()
    await full.before(async () => {
      const bytes = await full.memory.readFile(DATA)
      bytes[66]! ^= 1
      await full.memory.writeFile(DATA, bytes)
      await full.memory.writeFile(`${logDir}/recovery-point-offset-checkpoint`, '0\n0\n')
    })
    await full.start()
    const calls: string[] = []
    full.refuse(({ path }) => path.startsWith('topic-0') && calls.push(path) < 0)
    await full.passTime(60)
    assert.deepEqual([calls, full.opened, full.harness.manager.isOffline(topicPartition)], [[], [], true])
    await full.harness.manager.close()
    assert.equal(await full.memory.exists(`${logDir}/.kafka_cleanshutdown`), false)
  })

  test('and is deleted meanwhile does not come back', async () => {
    const full = new StartOnFullDisk()
    await full.before(() => full.tearTail())
    full.refuse(isChangeOfTopic)
    await full.start()
    const { manager } = full.harness
    await manager.deleteLog(topicPartition)
    full.refuse(() => false)
    await full.passTime(30)
    assert.deepEqual([full.opened, manager.log(topicPartition)], [[], undefined])
    const log = await manager.getOrCreateLog(topicPartition, topicId)
    assert.equal(log.logEndOffset, 0)
    await manager.close()
  })

  test('and of which nothing had to be kept goes, and leaves its place to another', async () => {
    const full = new StartOnFullDisk()
    await full.before(async () => {
      await full.memory.remove(`${logDir}/topic-0/partition.metadata`)
      await full.memory.writeFile(`${logDir}/recovery-point-offset-checkpoint`, '0\n1\nother 0 1\n')
    })
    full.refuse(isChangeOfTopic)
    await full.start()
    const { manager } = full.harness
    assert.equal(manager.isOffline(topicPartition), true)
    full.refuse(() => false)
    await full.passTime(30)
    assert.deepEqual([full.opened, manager.isOffline(topicPartition)], [[topicPartition], false])
    assert.equal((await manager.getOrCreateLog(topicPartition, topicId)).logEndOffset, 0)
    await manager.close()
  })
})

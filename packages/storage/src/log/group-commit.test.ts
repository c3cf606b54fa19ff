import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MemoryFileSystem } from '@milena/runtime'
import type { CommitFile, CommitRequest } from '../commit/commit-file.ts'
import { GroupCommit } from './group-commit.ts'
import type { SharedSync } from './group-commit.ts'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'
import { StorageHarness, append, batchOf, logDir, topicId } from '../testing/harness.ts'

const DATA = /\.log$/

describe('GroupCommit', () => {
  test('runs so many at a time, in the order in which they came, and a failure holds nobody up', async () => {
    const commit = new GroupCommit({ concurrency: 2 })
    const began: number[] = []
    const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>())
    const runs = gates.map(({ promise }, index) =>
      commit.run(() => {
        began.push(index)
        return promise
      }),
    )
    assert.deepEqual(began, [0, 1])
    gates[1]!.reject(new Error('EIO'))
    await assert.rejects(runs[1]!, /EIO/)
    assert.deepEqual(began, [0, 1, 2])
    gates[0]!.resolve()
    gates[2]!.resolve()
    await Promise.all([runs[0], runs[2]])
    assert.deepEqual(began, [0, 1, 2, 3, 4])
    gates[3]!.resolve()
    gates[4]!.resolve()
    await Promise.all([runs[3], runs[4]])
  })

  test('who comes while the line moves does not get in before those who wait', async () => {
    const commit = new GroupCommit({ concurrency: 1 })
    const order: string[] = []
    const first = commit.run(async () => {
      order.push('first')
    })
    const second = commit.run(async () => {
      order.push('second')
    })
    const late = first.then(() =>
      commit.run(async () => {
        order.push('late')
      }),
    )
    await Promise.all([first, second, late])
    assert.deepEqual(order, ['first', 'second', 'late'])
  })

  test('serves those together that wait behind others of their folder, but who cannot be', async () => {
    const commits: string[][] = []
    let works = true
    const commit = new GroupCommit({ togetherMin: 2 })
    const file = {
      commit: (requests: readonly CommitRequest[]) => {
        commits.push(requests.map(({ entry }) => entry.name))
        return Promise.resolve(works)
      },
    } as CommitFile
    const alone: string[] = []
    const gates: PromiseWithResolvers<void>[] = []
    const run = (name: string, canBe = true): Promise<string> => {
      const request = { entry: { name } } as CommitRequest
      const sync = (): Promise<void> => {
        alone.push(name)
        gates.push(Promise.withResolvers<void>())
        return gates.at(-1)!.promise
      }
      const shared: SharedSync = { file, request: () => (canBe ? request : undefined) }
      return commit.run(sync, shared).then((together) => (together === request ? 'together' : 'alone'))
    }
    const first = [run('a'), run('b')]
    const third = run('c')
    await new Promise(setImmediate)
    assert.deepEqual([alone, commits], [['a', 'b'], []], 'one does not make a group')
    const others = [run('large', false), run('d')]
    assert.deepEqual(await Promise.all([third, others[1]]), ['together', 'together'])
    assert.deepEqual([alone, commits], [['a', 'b', 'large'], [['c', 'd']]])
    works = false
    const refused = [run('e'), run('f')]
    await new Promise(setImmediate)
    for (const { resolve } of gates) resolve()
    assert.deepEqual(
      await Promise.all([...first, others[0], ...refused]),
      Array.from({ length: 5 }, () => 'alone'),
    )
  })

  test('over all logs: while syncs are under way the other logs gather, and one sync each serves all who waited', async () => {
    const fs = new ObservedFileSystem(new MemoryFileSystem(), logDir)
    const harness = new StorageHarness({ fs, options: { syncsAtATime: 3, syncTogetherMin: Infinity } })
    const manager = await harness.start()
    const logs = await Promise.all(
      Array.from({ length: 8 }, (_, partition) => manager.getOrCreateLog({ topic: 'topic', partition }, topicId)),
    )
    const gate = Promise.withResolvers<void>()
    const syncs: string[] = []
    let underWay = 0
    let mostUnderWay = 0
    fs.observer = async ({ operation, path }) => {
      if (operation !== 'sync' || !DATA.test(path)) return
      syncs.push(path)
      underWay += 1
      mostUnderWay = Math.max(mostUnderWay, underWay)
      await gate.promise
      underWay -= 1
    }
    const round = () => logs.map((log) => append(log, batchOf(['x'])))
    const flushed: Promise<void>[] = []
    for (let times = 1; times <= 3; times++) {
      await Promise.all(round().map(({ written }) => written))
      for (const log of logs) flushed.push(log.flushed(times))
    }
    assert.equal(syncs.length, 3, 'the others stand in line')
    gate.resolve()
    await Promise.all(flushed)
    // The three that began at once saw one batch, and had to come again for the two that came meanwhile.
    assert.deepEqual([syncs.length, mostUnderWay], [11, 3])
    assert.deepEqual(
      logs.map(({ recoveryPoint }) => recoveryPoint),
      logs.map(() => 3),
    )
  })
})

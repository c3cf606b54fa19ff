import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FileSystemError, MemoryFileSystem } from '@milena/runtime'
import { clean, contents, keyed } from '../testing/compaction.ts'
import { StorageHarness, copyFolder, logDir, partitionDir, write } from '../testing/harness.ts'
import type { FileSystemCall } from '../testing/observed-file-system.ts'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

const config = { cleanupPolicy: ['compact'] as const, fileDeleteDelayMs: 0, indexIntervalBytes: 1 }
const BEFORE = ['0:a=1', '1:b=1', '2:c=1', '3:a=2', '4:d=1', '5:d=2', '6:z=1']
const AFTER = ['1:b=1', '2:c=1', '3:a=2', '5:d=2', '6:z=1']

interface World {
  readonly fs: ObservedFileSystem
  readonly harness: StorageHarness
  readonly log: UnifiedLog
}

/** Three segments that will be one, and the active one. */
async function worldOn(inner = new MemoryFileSystem()): Promise<World> {
  const fs = new ObservedFileSystem(inner, partitionDir)
  const harness = new StorageHarness({ fs, config, options: { tailCacheBytes: 0 } })
  return { fs, harness, log: await harness.openLog() }
}

async function filledWorld(): Promise<World> {
  const world = await worldOn()
  for (const records of [['a=1', 'b=1'], ['c=1', 'a=2'], ['d=1', 'd=2'], ['z=1']]) {
    await write(world.log, keyed(records))
    if (records[0] !== 'z=1') await world.log.roll()
  }
  return world
}

const isLeftover = (name: string): boolean => ['.cleaned', '.swap', '.deleted'].some((suffix) => name.endsWith(suffix))

describe('an exchange of segments', () => {
  test('leaves the old ones or the new one, at whatever call the process dies', async () => {
    const seen = new Set<string>()
    for (let atCall = 0, isOver = false; !isOver; atCall++) {
      const { fs, harness, log } = await filledWorld()
      const copied = new MemoryFileSystem()
      let calls = 0
      isOver = true
      fs.observer = async ({ operation }) => {
        // Between two changes nothing is different.
        if (['open', 'read', 'readFile', 'close'].includes(operation) || calls++ !== atCall) return
        isOver = false
        await copyFolder(fs, logDir, copied, logDir)
      }
      await clean(harness, log)
      fs.observer = () => undefined
      if (isOver) await copyFolder(fs, logDir, copied, logDir)
      const reopened = await worldOn(copied)
      const found = await contents(reopened.log)
      assert.deepEqual(found, found.length === BEFORE.length ? BEFORE : AFTER, `at call ${atCall}`)
      seen.add(found.length === BEFORE.length ? 'old' : 'new')
      assert.deepEqual((await copied.readdir(partitionDir)).filter(isLeftover), [])
      assert.deepEqual(reopened.harness.warnings(), [])
      assert.deepEqual(await reopened.harness.segmentBases(), found.length === BEFORE.length ? [0, 2, 4, 6] : [0, 6])
      await reopened.harness.manager.close()
      await harness.manager.close()
    }
    assert.deepEqual(seen, new Set(['old', 'new']))
  })

  test('goes by the steps that are written down', async () => {
    const { fs, harness, log } = await filledWorld()
    const calls: string[] = []
    const short = (file: string): string => file.replace(/^0{19}/, '')
    fs.observer = ({ operation, path, detail }: FileSystemCall) => {
      if (!['rename', 'syncDirectory', 'sync'].includes(operation)) return
      calls.push(`${operation} ${short(path)} ${detail.replace('to ', '→ ').replace(/0{19}/, '')}`.trim())
    }
    await clean(harness, log)
    const files = ['.log', '.index', '.timeindex', '.txnindex']
    assert.deepEqual(
      calls.filter((call) => !call.includes('.log.deleted')),
      [
        // What the cleaning relies on.
        'sync 6.log',
        'syncDirectory .',
        'syncDirectory .',
        'sync 0.log.cleaned',
        'sync 0.index.cleaned',
        'sync 0.timeindex.cleaned',
        ...files.map((kind) => `rename 0${kind}.cleaned → 0${kind}.swap`),
        'syncDirectory .',
        ...[0, 2, 4].flatMap((base) =>
          files.filter((kind) => kind !== '.log').map((kind) => `rename ${base}${kind} → ${base}${kind}.deleted`),
        ),
        'syncDirectory .',
        'rename 0.log.swap → 0.log',
        'syncDirectory .',
        'rename 0.index.swap → 0.index',
        'rename 0.timeindex.swap → 0.timeindex',
        'rename 0.txnindex.swap → 0.txnindex',
        'syncDirectory .',
      ],
    )
    await harness.manager.close()
  })

  test('does no harm when the disk refuses a call of it, and reads go on', async () => {
    for (let atCall = 0, isOver = false; !isOver; atCall++) {
      const { fs, harness, log } = await filledWorld()
      let calls = 0
      isOver = true
      fs.observer = ({ operation, path }) => {
        if (!['rename', 'syncDirectory', 'sync', 'writev', 'open'].includes(operation)) return
        if (calls++ !== atCall) return
        isOver = false
        throw new FileSystemError('EIO', 'refused', path)
      }
      const cleaning = clean(harness, log)
      await (isOver ? cleaning.catch(() => undefined) : cleaning)
      fs.observer = () => undefined
      const found = await contents(log)
      assert.deepEqual(found, found.length === BEFORE.length ? BEFORE : AFTER, `at call ${atCall}`)
      await harness.manager.close()
      const reopened = await worldOn(fs as unknown as MemoryFileSystem)
      const again = await contents(reopened.log)
      assert.deepEqual(again, again.length === BEFORE.length ? BEFORE : AFTER, `after call ${atCall}`)
      assert.deepEqual((await fs.readdir(partitionDir)).filter(isLeftover), [])
      await reopened.harness.manager.close()
    }
  })

  test('is undone where a cleaned file is still there, as when Kafka died in the middle of splitting a segment', async () => {
    const { fs, harness } = await filledWorld()
    await harness.manager.close()
    await fs.writeFile(`${partitionDir}/00000000000000000000.log.cleaned`, keyed(['a=1']))
    await fs.writeFile(`${partitionDir}/00000000000000000002.log.swap`, keyed(['x=1'], { baseOffset: 2 }))
    const reopened = await worldOn(fs as unknown as MemoryFileSystem)
    assert.deepEqual(await contents(reopened.log), BEFORE)
    assert.deepEqual((await fs.readdir(partitionDir)).filter(isLeftover), [])
    await reopened.harness.manager.close()
  })
})

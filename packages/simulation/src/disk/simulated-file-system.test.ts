import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { ManualClock, SeededRandom } from '@milena/runtime'
import { fileSystemConformance } from '@milena/runtime/testing'
import { powerLosses, randomPowerLoss, survivors } from './power-loss.ts'
import type { PowerLoss } from './power-loss.ts'
import { SimulatedFileSystem } from './simulated-file-system.ts'

const clock = new ManualClock()
const make = (seed?: number): Promise<SimulatedFileSystem> =>
  SimulatedFileSystem.make({ clock, ...(seed === undefined ? {} : { latency: new SeededRandom(seed) }) })

for (const [name, seed] of [['SimulatedFileSystem', undefined] as const, ['a slow one', 1] as const]) {
  fileSystemConformance(name, async () => {
    const fs = await make(seed)
    const directory = path.resolve('/data')
    await fs.mkdir(directory)
    return { fs, directory, dispose: () => Promise.resolve() }
  })
}

/** The texts of the files that are there after a loss of power now. */
function afterwards(fs: SimulatedFileSystem, loss: PowerLoss): Record<string, string> {
  const image = survivors(fs.stateAt(fs.points.last), loss)
  const files = [...image].filter(([, content]) => content !== undefined)
  return Object.fromEntries(files.map(([file, content]) => [file, Buffer.from(content!).toString('latin1')]))
}

const [allLost, nothingLost, withoutNames, withoutBytes, zeros, tornLast, onlyLast] = powerLosses as readonly [
  PowerLoss,
  PowerLoss,
  PowerLoss,
  PowerLoss,
  PowerLoss,
  PowerLoss,
  PowerLoss,
]

async function write(fs: SimulatedFileSystem, file: string, text: string, position = 0): Promise<void> {
  const opened = await fs.open(file, 'create')
  try {
    await opened.writev([Buffer.from(text)], position)
  } finally {
    await opened.close()
  }
}

async function sync(fs: SimulatedFileSystem, file: string): Promise<void> {
  const opened = await fs.open(file, 'readwrite')
  await opened.sync()
  await opened.close()
}

describe('a loss of power', () => {
  test('takes bytes and names that no sync covered, each without the other', async () => {
    const fs = await make()
    await write(fs, '/file', 'abcdef')
    assert.deepEqual(afterwards(fs, allLost), {})
    assert.deepEqual(afterwards(fs, nothingLost), { '/file': 'abcdef' })
    assert.deepEqual(afterwards(fs, withoutNames), {})
    assert.deepEqual(afterwards(fs, withoutBytes), { '/file': '' })
    assert.deepEqual(afterwards(fs, zeros), { '/file': '\0\0\0\0\0\0' })
    assert.deepEqual(afterwards(fs, tornLast), { '/file': 'abcdef' })
    await sync(fs, '/file')
    assert.deepEqual(afterwards(fs, allLost), {}, 'a synced file without a name is not found')
    assert.deepEqual(afterwards(fs, withoutBytes), { '/file': 'abcdef' })
    await fs.syncDirectory('/')
    assert.deepEqual(afterwards(fs, allLost), { '/file': 'abcdef' })
  })

  test('tears writes, and lets later ones survive earlier ones', async () => {
    const fs = await make()
    await write(fs, '/file', 'a'.repeat(10))
    await fs.syncDirectory('/')
    await write(fs, '/file', 'b'.repeat(10), 10)
    await write(fs, '/file', 'c'.repeat(10), 20)
    assert.deepEqual(afterwards(fs, tornLast), { '/file': `${'a'.repeat(10)}${'b'.repeat(10)}${'c'.repeat(8)}` })
    assert.deepEqual(afterwards(fs, onlyLast), { '/file': `${'\0'.repeat(20)}${'c'.repeat(10)}` })
  })

  test('leaves a rename done or not done, and what it replaced', async () => {
    const fs = await make()
    for (const [file, text] of Object.entries({ '/old': 'old', '/new': 'new' })) {
      await write(fs, file, text)
      await sync(fs, file)
    }
    await fs.syncDirectory('/')
    await fs.rename('/new', '/old')
    assert.deepEqual(afterwards(fs, allLost), { '/old': 'old', '/new': 'new' })
    assert.deepEqual(afterwards(fs, nothingLost), { '/old': 'new' })
  })

  test('brings back what was removed, with all that was in it', async () => {
    const fs = await make()
    await fs.mkdir('/folder')
    await write(fs, '/folder/file', 'text')
    await sync(fs, '/folder/file')
    await fs.syncDirectory('/folder')
    await fs.syncDirectory('/')
    await fs.removeDirectory('/folder')
    assert.deepEqual(afterwards(fs, allLost), { '/folder/file': 'text' })
    assert.deepEqual(afterwards(fs, nothingLost), {})
  })

  test('leaves of an atomic write the old file or the new one', async () => {
    const fs = await make()
    await fs.writeFile('/file', 'old', { atomic: true })
    const before = fs.points.last
    await fs.writeFile('/file', 'the new one', { atomic: true })
    const found = new Set<string | undefined>()
    for (let point = before; point <= fs.points.last; point++) {
      for (const loss of [...powerLosses, ...Array.from({ length: 20 }, (_, seed) => randomPowerLoss(seed))]) {
        const content = survivors(fs.stateAt(point), loss).get('/file')
        found.add(content === undefined ? undefined : Buffer.from(content).toString())
      }
    }
    assert.deepEqual([...found], ['old', 'the new one'])
    assert.deepEqual(afterwards(fs, allLost), { '/file': 'the new one' })
  })

  test('takes what was written while the sync was under way', async () => {
    const fs = await make(7)
    await fs.writeFile('/file', 'aa', { atomic: true })
    const file = await fs.open('/file', 'readwrite')
    await Promise.all([file.sync(), file.writev([Buffer.from('bb')], 2)])
    assert.deepEqual(afterwards(fs, allLost), { '/file': 'aa' })
    await file.close()
  })
})

describe('a disk that fails', () => {
  test('fails the call it is told to, after half of a write', async () => {
    const fs = await make()
    fs.disk.fault = ({ operation }) => (operation === 'writev' ? 'EIO' : undefined)
    await assert.rejects(write(fs, '/file', 'abcdef'), { code: 'EIO' })
    assert.equal(Buffer.from(await fs.readFile('/file')).toString(), 'abc')
    assert.match(fs.disk.trace.join('\n'), /writev \/file 6 at 0 ! EIO/)
  })

  test('forgets what a failed sync was to cover, and says nothing at the next one', async () => {
    const fs = await make()
    await fs.writeFile('/file', '', { atomic: true })
    const file = await fs.open('/file', 'readwrite')
    await file.writev([Buffer.from('lost')], 0)
    fs.disk.fault = ({ operation }) => (operation === 'sync' ? 'EIO' : undefined)
    await assert.rejects(file.sync(), { code: 'EIO' })
    fs.disk.fault = () => undefined
    await file.sync()
    assert.equal(Buffer.from(await fs.readFile('/file')).toString(), 'lost', 'the caches still have it')
    assert.deepEqual(afterwards(fs, nothingLost), { '/file': '' })
    await file.close()
  })

  test('takes what fits when it is full, and more when there is space again', async () => {
    const fs = await make()
    await write(fs, '/file', 'abcd')
    fs.disk.capacityBytes = 6
    await assert.rejects(write(fs, '/file', 'efgh', 4), { code: 'ENOSPC' })
    assert.deepEqual(await fs.space('/'), { totalBytes: 6, usableBytes: 0 })
    await write(fs, '/file', 'xy')
    fs.disk.capacityBytes = 8
    await write(fs, '/file', 'efgh', 4)
    assert.equal(Buffer.from(await fs.readFile('/file')).toString(), 'xycdefgh')
    await fs.remove('/file')
    assert.equal((await fs.space('/')).usableBytes, 8)
  })

  test('refuses changes when it is read-only, and is read', async () => {
    const fs = await make()
    await write(fs, '/file', 'abcd')
    fs.disk.isReadOnly = true
    await assert.rejects(write(fs, '/file', 'x'), { code: 'EROFS' })
    await assert.rejects(fs.remove('/file'), { code: 'EROFS' })
    assert.equal(Buffer.from(await fs.readFile('/file')).toString(), 'abcd')
  })
})

test('a slow disk does everything in an order of its own, the same for the same seed', async () => {
  const run = async (seed: number): Promise<readonly string[]> => {
    const fs = await make(seed)
    await Promise.all(Array.from({ length: 10 }, (_, index) => fs.writeFile(`/${index}`, 'text', { atomic: true })))
    return fs.disk.trace
  }
  assert.deepEqual(await run(3), await run(3))
  assert.notDeepEqual(await run(3), await run(4))
})

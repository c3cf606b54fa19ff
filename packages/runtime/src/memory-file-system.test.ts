import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { ManualClock } from './manual-clock.ts'
import { MemoryContent } from './memory-content.ts'
import { MemoryFileSystem } from './memory-file-system.ts'
import { fileSystemConformance } from './testing/file-system-conformance.ts'

fileSystemConformance('MemoryFileSystem', async () => {
  const fs = new MemoryFileSystem()
  const directory = path.resolve('/data')
  await fs.mkdir(directory)
  return { fs, directory, dispose: () => Promise.resolve() }
})

test('times of change come from the clock', async () => {
  const clock = new ManualClock(1000)
  const fs = new MemoryFileSystem({ clock })
  await fs.writeFile('/file', 'x')
  clock.advance(500)
  assert.equal((await fs.stat('/file')).modifiedMs, 1000)
  const file = await fs.open('/file', 'readwrite')
  await file.writev([Buffer.from('y')], 0)
  assert.equal((await fs.stat('/file')).modifiedMs, 1500)
  await file.close()
})

test('a lengthened file holds no memory, and a written one is not copied as it grows', () => {
  const content = new MemoryContent(0)
  content.truncate(2 ** 40, 0)
  content.write(Buffer.from('end'), 2 ** 40 - 3, 0)
  const target = Buffer.alloc(8, '.')
  assert.equal(content.read(target, 2 ** 40 - 6), 6)
  assert.equal(target.toString(), '\0\0\0end..')
})

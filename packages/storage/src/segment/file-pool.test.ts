import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MemoryFileSystem } from '@milena/runtime'
import { FilePool } from './file-pool.ts'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'

function poolOf(openMax: number): { pool: FilePool; fs: MemoryFileSystem; calls: string[] } {
  const fs = new MemoryFileSystem()
  const calls: string[] = []
  const observed = new ObservedFileSystem(fs, '/', ({ operation, path, detail }) => {
    if (operation === 'open' || operation === 'close') calls.push(`${operation} ${path} ${detail}`.trim())
  })
  return { pool: new FilePool({ fs: observed, openMax }), fs, calls }
}

const use = async () => undefined

describe('FilePool', () => {
  test('opens a file once and closes the one used longest ago', async () => {
    const { pool, calls } = poolOf(2)
    for (const file of ['/a', '/b', '/a', '/c']) await pool.write(file, use)
    await new Promise(setImmediate)
    assert.deepEqual(calls, ['open a create', 'open b create', 'close b', 'open c create'])
    assert.equal(pool.openCount, 2)
    await pool.closeAll()
    assert.equal(pool.openCount, 0)
  })

  test('never closes a file in use: who wants one more waits', async () => {
    const { pool, calls } = poolOf(1)
    const gate = Promise.withResolvers<void>()
    const held = pool.write('/a', async (file) => {
      await gate.promise
      await file.writev([Buffer.from('still open')], 0)
    })
    const others = [pool.write('/b', use), pool.write('/c', use), pool.write('/b', use)]
    await new Promise(setImmediate)
    assert.deepEqual(calls, ['open a create'])
    gate.resolve()
    await Promise.all([held, ...others])
    await pool.closeAll()
    assert.equal(calls.filter((call) => call.startsWith('close')).length, calls.length / 2)
    assert.equal(pool.openCount, 0)
  })

  test('a file that cannot be opened gives its place back', async () => {
    const { pool } = poolOf(1)
    const failed = ['/a', '/b', '/c'].map((file) => assert.rejects(pool.read(file, use), { code: 'ENOENT' }))
    await Promise.all([...failed, pool.write('/d', use)])
    assert.equal(pool.openCount, 1)
  })

  test('a reader gets a file that exists, a writer one that it can write', async () => {
    const { pool, calls } = poolOf(5)
    await assert.rejects(pool.read('/a', use), { code: 'ENOENT' })
    await pool.write('/a', (file) => file.writev([Buffer.from('text')], 0))
    await pool.close('/a')
    const text = Buffer.alloc(4)
    await pool.read('/a', (file) => file.read(text, 0))
    assert.equal(text.toString(), 'text')
    await pool.write('/a', use)
    await pool.read('/a', use)
    assert.deepEqual(
      calls.filter((call) => call.startsWith('open')),
      ['open a read', 'open a create', 'open a read', 'open a create'],
    )
  })

  test('closing waits for the users, so that the file can be renamed', async () => {
    const { pool, fs } = poolOf(5)
    const gate = Promise.withResolvers<void>()
    const held = pool.write('/a', () => gate.promise)
    const closed = pool.close('/a').then(() => fs.rename('/a', '/b'))
    gate.resolve()
    await Promise.all([held, closed])
    await pool.closeAll()
    assert.equal(await fs.exists('/b'), true)
  })
})

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { widenThreadPool } from './thread-pool.ts'

test('what the environment says stays', () => {
  const environment = { UV_THREADPOOL_SIZE: '3' }
  widenThreadPool(environment)
  assert.equal(environment.UV_THREADPOOL_SIZE, '3')
})

test('Node heeds it, although modules have been loaded', { skip: process.platform !== 'linux' }, () => {
  const program = `
    import fs from 'node:fs'
    const { widenThreadPool } = await import(process.argv[1])
    if (process.argv[2] === 'widen') widenThreadPool(process.env)
    await new Promise((done) => fs.stat('.', done))
    console.log(fs.readdirSync('/proc/self/task').length)
  `
  const { UV_THREADPOOL_SIZE: _, ...env } = process.env
  const threadsOf = (how: string): number => {
    const file = path.join(import.meta.dirname, 'thread-pool.ts')
    const args = ['--input-type=module', '-e', program, file, how]
    return Number(spawnSync(process.execPath, args, { encoding: 'utf8', env }).stdout)
  }
  assert.equal(threadsOf('widen') - threadsOf('leave'), 16 - 4)
})

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { hasErrorCode } from './file-system.ts'
import { nodeFileSystem } from './node-file-system.ts'
import { fileSystemConformance } from './testing/file-system-conformance.ts'

async function createFixture() {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'milena-runtime-'))
  return { fs: nodeFileSystem, directory, dispose: () => fs.rm(directory, { recursive: true }) }
}

fileSystemConformance('nodeFileSystem', createFixture)

/** A process that takes the lock, says so, and lives until it is killed. */
const holder = `
  const { nodeFileSystem } = await import(${JSON.stringify(new URL('./node-file-system.ts', import.meta.url).href)})
  const lock = await nodeFileSystem.lock(process.argv[1])
  process.stdout.write('locked')
  process.stdin.on('data', () => lock.release())
`

test('a lock is not given to a second process, and ends with kill -9', async () => {
  const { directory, dispose } = await createFixture()
  const file = path.join(directory, '.lock')
  const child = spawn(process.execPath, ['--input-type=module', '-e', holder, file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  await assert.rejects(nodeFileSystem.lock(file), (error) => hasErrorCode(error, 'ELOCKED'))
  child.kill('SIGKILL')
  await once(child, 'exit')
  const lock = await nodeFileSystem.lock(file)
  await lock.release()
  await dispose()
})

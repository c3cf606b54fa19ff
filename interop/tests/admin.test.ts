import os from 'node:os'
import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { startBroker } from '../support/broker-process.ts'
import { required, succeed } from '../support/client-program.ts'
import { jars } from '../support/environments.ts'
import { javaProgram } from '../support/java-program.ts'

test('every method of the Java Admin client 4.3.1, once', async (t) => {
  const libraries = required(t, await jars('kafka-4.3.1'))
  if (libraries === undefined) return
  const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-log-dirs-'))
  try {
    const logDirs = [path.join(folder, 'a'), path.join(folder, 'b')].join(',')
    await using broker = await startBroker({ properties: { 'log.dirs': logDirs } })
    using everyMethod = await javaProgram('EveryAdminMethod', libraries)
    const { program, args } = everyMethod
    await succeed(program, [...args, broker.bootstrapServers, logDirs])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

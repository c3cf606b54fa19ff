import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { lazyPackage } from './native-package.ts'

test('a package that cannot be loaded is none, and is looked for once', () => {
  let times = 0
  const missing = lazyPackage<unknown>((require) => {
    times++
    return require('there-is-no-such-package')
  })
  assert.equal(missing(), undefined)
  assert.equal(missing(), undefined)
  assert.equal(times, 1)
})

test('reading and writing a small batch loads nothing native', () => {
  const program = `
    const { buildBatch, RecordBatch } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
    const batch = buildBatch({ records: [{ timestamp: 1, key: null, value: Buffer.from('small') }] })
    if (!RecordBatch.at(batch).isValidCrc()) process.exit(1)
    console.log(process.report.getReport().sharedObjects.filter((name) => name.endsWith('.node')).length)
  `
  assert.equal(execFileSync(process.execPath, ['--input-type=module', '-e', program]).toString().trim(), '0')
})

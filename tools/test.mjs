// `npm test`: the compiler, the linter and the formatter, then every test beside the code.
// `npm test -- PATTERN …` runs only the test files whose path contains one of the patterns.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const patterns = process.argv.slice(2)
const env = { ...process.env, NODE_COMPILE_CACHE: path.resolve('node_modules/.cache/compile') }

function step(name, command, args) {
  const started = Date.now()
  const { status } = spawnSync(command, args, { stdio: 'inherit', env, shell: process.platform === 'win32' })
  if (status !== 0) {
    console.error(`${name}: failed`)
    process.exit(1)
  }
  console.log(`${name}: ok (${((Date.now() - started) / 1000).toFixed(1)} s)`)
}

if (patterns.length === 0) step('checks', 'npm', ['run', '--silent', 'check'])

const files = globSync(['packages/*/src/**/*.test.ts', 'tools/**/*.test.ts', 'conformance/**/src/*.test.ts'])
  .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
  .sort()
const concurrency = `--test-concurrency=${Math.max(2, os.availableParallelism())}`
step(`${files.length} test files`, process.execPath, ['--test', '--test-timeout=120000', concurrency, ...files])

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { YoungGeneration } from './young-generation.ts'

test('grows up to the bound, and again after it has shrunk', () => {
  const factors: number[] = []
  let sizeInBytes = 2 * 1_048_576
  const generation = new YoungGeneration({
    sizeInBytes: () => sizeInBytes,
    setGrowthFactor: (factor) => factors.push(factor),
  })
  generation.look()
  assert.deepEqual(factors, [])
  sizeInBytes = 32 * 1_048_576
  generation.look()
  generation.look()
  assert.deepEqual(factors, [1])
  sizeInBytes = 4 * 1_048_576
  generation.look()
  assert.deepEqual(factors, [1, 2])
})

test('V8 heeds it', () => {
  // Survivors by the million, with turns of the event loop in between.
  const program = `
    import v8 from 'node:v8'
    const { boundYoungGeneration } = await import(process.argv[1])
    if (process.argv[2] === 'bound') boundYoungGeneration()
    let kept = []
    for (let turn = 0; turn < 200; turn++) {
      for (let i = 0; i < 10_000; i++) kept.push({ i, more: [i] })
      if (kept.length > 400_000) kept = []
      await new Promise(setImmediate)
    }
    console.log(v8.getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size)
  `
  const file = path.join(import.meta.dirname, 'young-generation.ts')
  const sizeOf = (how: string): number => {
    const args = ['--input-type=module', '--max-semi-space-size=64', '-e', program, file, how]
    const { stdout, stderr } = spawnSync(process.execPath, how === 'free' ? args : args.toSpliced(1, 1), {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    assert.equal(stderr, '')
    return Number(stdout)
  }
  const free = sizeOf('free')
  const bound = sizeOf('bound')
  assert.ok(free > 32 * 1_048_576, `${free} bytes without the bound`)
  // One collection may pass before its end is told.
  assert.ok(bound > 0 && bound <= 64 * 1_048_576 && bound < free, `${bound} bytes with it, ${free} without`)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LogFlusher } from './log-flusher.ts'

interface Bench {
  written: number
  syncs: number
  readonly flusher: LogFlusher
  readonly done: number[]
  await: (offset: number) => Promise<void>
}

function bench(sync: () => Promise<void> = () => Promise.resolve()): Bench {
  const state: Bench = {
    written: 0,
    syncs: 0,
    done: [],
    flusher: new LogFlusher({
      flushedOffset: 0,
      writtenOffset: () => state.written,
      sync: async () => {
        state.syncs += 1
        const { written } = state
        await sync()
        return written
      },
      onFailure: (cause) => new Error('offline', { cause }),
    }),
    await: (offset) => state.flusher.flushed(offset).then(() => void state.done.push(offset)),
  }
  return state
}

test('one sync serves all who wait for what is written; the others wait for the next, in whatever order they came', async () => {
  const state = bench()
  const all = [5, 3, 9, 4].map((offset) => state.await(offset))
  state.flusher.noteWritten()
  assert.equal(state.syncs, 0, 'nothing is written that anybody waits for')
  state.written = 4
  state.flusher.noteWritten()
  await state.flusher.idle()
  assert.deepEqual([state.done, state.syncs], [[3, 4], 1])
  state.written = 5
  state.flusher.noteWritten()
  await state.flusher.idle()
  assert.deepEqual([state.done, state.syncs], [[3, 4, 5], 2])
  state.written = 9
  state.flusher.noteWritten()
  await Promise.all(all)
  assert.equal(state.syncs, 3)
})

test('who comes while a sync is under way is served by the next, and a failed one is never tried again', async () => {
  let isBroken = false
  const state = bench(() => (isBroken ? Promise.reject(new Error('EIO')) : Promise.resolve()))
  state.written = 1
  const first = state.await(1)
  state.written = 2
  const second = state.await(2)
  await Promise.all([first, second])
  assert.equal(state.syncs, 2)
  isBroken = true
  state.written = 3
  await assert.rejects(state.await(3), /offline/)
  isBroken = false
  await assert.rejects(state.await(4), /offline/)
  assert.equal(state.syncs, 3)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CLOSE_CONNECTION, InFlight, NO_RESPONSE } from './handler.ts'
import { RequestQueue } from './request-queue.ts'
import type { Answer } from './request-queue.ts'

/** A request is one letter: capitals are pipelined, `p` and `P` wait until told, the others answer at once. */
class Bench {
  readonly begun: string[] = []
  readonly written: string[] = []
  readonly released: string[] = []
  isWritable = true
  isClosed = false
  readonly #pending = new Map<string, { answer: (answer: Answer) => void; dispatch: () => void }>()

  readonly queue = new RequestQueue({
    process: (frame) => this.#process(frame.toString()),
    isPipelined: (frame) => frame.toString() === frame.toString().toUpperCase(),
    isWritable: () => this.isWritable,
    write: (chunks) => this.written.push(Buffer.concat(chunks).toString()),
    release: (frame) => this.released.push(frame.toString()),
    close: () => {
      this.isClosed = true
    },
  })

  push(...requests: string[]): void {
    for (const request of requests) this.queue.push(Buffer.from(request), 0)
  }

  async answer(request: string, answer: Answer = [Buffer.from(`<${request}>`)]): Promise<void> {
    this.#pending.get(request)?.answer(answer)
    await settled()
  }

  async dispatch(request: string): Promise<void> {
    this.#pending.get(request)?.dispatch()
    await settled()
  }

  #process(request: string): Answer | Promise<Answer> | InFlight<readonly Uint8Array[]> {
    this.begun.push(request)
    const kind = request[0]
    if (kind === 'x') return CLOSE_CONNECTION
    if (kind === 'n') return NO_RESPONSE
    if (kind !== 'p' && kind !== 'P') return [Buffer.from(`<${request}>`)]
    const dispatched = Promise.withResolvers<void>()
    const response = Promise.withResolvers<Answer>()
    this.#pending.set(request, { answer: response.resolve, dispatch: dispatched.resolve })
    if (kind === 'p') return response.promise
    return new InFlight(response.promise, request.endsWith('D') ? dispatched.promise : undefined)
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

test('one at a time, answered in order', async () => {
  const bench = new Bench()
  bench.push('a', 'p1', 'b')
  assert.deepEqual(bench.begun, ['a', 'p1'], 'b waits for the long poll before it')
  assert.deepEqual(bench.written, ['<a>'])
  await bench.answer('p1')
  assert.deepEqual(bench.written, ['<a>', '<p1>', '<b>'])
  assert.deepEqual(bench.released, ['a', 'p1', 'b'])
})

test('pipelined requests are in flight together and still answered in order', async () => {
  const bench = new Bench()
  bench.push('P1', 'P2', 'P3', 'a')
  assert.deepEqual(bench.begun, ['P1', 'P2', 'P3'], 'a must see what they did')
  await bench.answer('P3')
  await bench.answer('P1')
  assert.deepEqual(bench.written, ['<P1>'])
  await bench.answer('P2')
  assert.deepEqual(bench.written, ['<P1>', '<P2>', '<P3>', '<a>'])
})

test('nothing overtakes an ordered step that is under way', async () => {
  const bench = new Bench()
  bench.push('P1D', 'P2')
  assert.deepEqual(bench.begun, ['P1D'])
  await bench.dispatch('P1D')
  assert.deepEqual(bench.begun, ['P1D', 'P2'])
  await bench.answer('P2')
  assert.deepEqual(bench.written, [])
  await bench.answer('P1D')
  assert.deepEqual(bench.written, ['<P1D>', '<P2>'])
})

test('a pipelined request does not join one that is not', async () => {
  const bench = new Bench()
  bench.push('p1', 'P2')
  assert.deepEqual(bench.begun, ['p1'])
  await bench.answer('p1')
  assert.deepEqual(bench.begun, ['p1', 'P2'])
})

test('nothing begins while the peer does not read', async () => {
  const bench = new Bench()
  bench.isWritable = false
  bench.push('a', 'b')
  assert.deepEqual(bench.begun, [])
  assert.equal(bench.queue.waitingBytes, 2)
  bench.isWritable = true
  bench.queue.advance()
  assert.deepEqual(bench.written, ['<a>', '<b>'])
  assert.equal(bench.queue.waitingBytes, 0)
})

test('a request without response leaves no gap', () => {
  const bench = new Bench()
  bench.push('a', 'n', 'b')
  assert.deepEqual(bench.written, ['<a>', '<b>'])
})

test('closing comes after the answers before it, and nothing begins after it', async () => {
  const bench = new Bench()
  bench.push('P1')
  bench.push('x', 'a')
  assert.equal(bench.isClosed, false)
  await bench.answer('P1')
  assert.deepEqual(bench.written, ['<P1>'])
  assert.equal(bench.isClosed, true)
  assert.deepEqual(bench.begun, ['P1', 'x'])
  assert.deepEqual(bench.released, ['P1', 'x', 'a'], 'every frame is given back')
})

test('a pipelined request that closes lets those in flight before it be answered first', async () => {
  const bench = new Bench()
  bench.push('P1', 'P2')
  await bench.answer('P2', CLOSE_CONNECTION)
  assert.equal(bench.isClosed, false)
  await bench.answer('P1')
  assert.deepEqual(bench.written, ['<P1>'])
  assert.equal(bench.isClosed, true)
})

test('draining finishes what has begun and forgets the rest', async () => {
  const bench = new Bench()
  bench.push('p1', 'a', 'b')
  let isDrained = false
  bench.queue.drain(() => {
    isDrained = true
  })
  bench.push('c')
  assert.equal(isDrained, false)
  await bench.answer('p1')
  assert.equal(isDrained, true)
  assert.deepEqual(bench.written, ['<p1>'])
  assert.deepEqual(bench.begun, ['p1'])
  assert.deepEqual(bench.released.toSorted(), ['a', 'b', 'c', 'p1'])
})

test('after a close what finishes is not written', async () => {
  const bench = new Bench()
  bench.push('p1', 'a')
  bench.queue.close()
  await bench.answer('p1')
  assert.deepEqual(bench.written, [])
  assert.deepEqual(bench.released, ['a', 'p1'])
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { test } from 'node:test'
import { byteSource, isLendingPossible, lentSource, plainSource } from './byte-source.ts'
import type { ByteSource } from './byte-source.ts'

interface Peer {
  readonly client: Socket
  readonly source: ByteSource
  readonly received: () => Buffer
  /** While true, the sink asks for a pause after every read. */
  pause: boolean
  until(bytes: number): Promise<void>
  close(): Promise<void>
}

async function open(make: typeof byteSource, targetBytes = 16): Promise<Peer> {
  const server = createServer({ pauseOnConnect: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [Socket]
  const parts: Buffer[] = []
  const target = Buffer.alloc(targetBytes)
  const waiting: { bytes: number; resolve: () => void }[] = []
  const received = (): Buffer => Buffer.concat(parts)
  const source = make(accepted, {
    target: () => target,
    received: (length) => {
      parts.push(Buffer.from(target.subarray(0, length)))
      for (const each of waiting) if (received().length >= each.bytes) each.resolve()
      return !peer.pause
    },
  })
  source.socket.on('error', () => {})
  const peer: Peer = {
    client,
    source,
    received,
    pause: false,
    until: (bytes) =>
      received().length >= bytes ? Promise.resolve() : new Promise((resolve) => waiting.push({ bytes, resolve })),
    close: async () => {
      client.destroy()
      source.socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  return peer
}

for (const [name, make] of [
  ['lent', lentSource],
  ['plain', plainSource],
] as const) {
  test(`${name}: bytes arrive in the sink's memory, in order, whatever its size`, async () => {
    const peer = await open(make)
    const sent = Buffer.from('the quick brown fox jumps over the lazy dog, twice and again')
    peer.client.write(sent)
    await peer.until(sent.length)
    assert.deepEqual(peer.received(), sent)
    await peer.close()
  })

  test(`${name}: a sink that says stop gets nothing more until it resumes`, async () => {
    const peer = await open(make)
    peer.pause = true
    peer.client.write(Buffer.alloc(40, 1))
    await peer.until(16)
    const answered = once(peer.client, 'data')
    peer.source.socket.write('x')
    await answered
    assert.equal(peer.received().length, 16)
    peer.pause = false
    peer.source.resume()
    await peer.until(40)
    await peer.close()
  })

  test(`${name}: the peer's end is seen, and the server forgets the connection`, async () => {
    const peer = await open(make)
    const ended = once(peer.source.socket, 'end')
    peer.client.end('last words')
    await ended
    assert.equal(peer.received().toString(), 'last words')
    // `close` waits for the server's own close event, which comes when it counts no connection any more.
    await peer.close()
  })
}

test('lending is chosen where it is possible, and never on Windows', async () => {
  const peer = await open((accepted, sink) => {
    assert.equal(isLendingPossible(accepted), process.platform !== 'win32')
    assert.equal(isLendingPossible(accepted, 'win32'), false)
    return byteSource(accepted, sink)
  })
  peer.client.write('hello')
  await peer.until(5)
  await peer.close()
})

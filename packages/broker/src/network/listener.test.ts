import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { ListenError, Listener } from './listener.ts'

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))

function open(port: number, accepted: (string | undefined)[] = [], host = 'localhost'): Promise<Listener> {
  return Listener.open({
    name: 'PLAINTEXT',
    host,
    port,
    backlog: 50,
    onAccept: (socket) => {
      accepted.push(socket.localAddress)
      socket.destroy()
    },
  })
}

test('localhost is 127.0.0.1 and ::1, on one port also when the port is random', async () => {
  const accepted: (string | undefined)[] = []
  const listener = await open(0, accepted)
  assert.notEqual(listener.port, 0)
  const hosts = hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1']
  for (const host of hosts) await once(connect(listener.port, host).resume(), 'close')
  assert.deepEqual(accepted, hosts)
  await listener.stop()
})

test('a port in use is refused with a sentence that names it, and nothing stays open', async () => {
  const taken = await open(0, [], '127.0.0.1')
  await assert.rejects(open(taken.port), (error) => {
    assert.ok(error instanceof ListenError)
    assert.match(error.message, new RegExp(`PLAINTEXT://localhost:${taken.port}.*port ${taken.port} is in use`))
    return true
  })
  await taken.stop()
})

test('an address of another machine is refused', async () => {
  await assert.rejects(open(0, [], '192.0.2.1'), /192\.0\.2\.1 is not an address of this machine/)
})

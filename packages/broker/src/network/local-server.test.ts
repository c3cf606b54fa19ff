import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseBrokerConfig } from '@milena/metadata'
import {
  ApiVersionsRequest,
  ApiVersionsResponse,
  decode,
  decodeResponseHeader,
  encodeRequestFrame,
  FetchRequest,
  FetchResponse,
} from '@milena/protocol'
import type { Infer, Input, Message } from '@milena/protocol'
import { ManualClock, MemoryFileSystem, SeededRandom, silentLogger } from '@milena/runtime'
import { Broker } from '../broker.ts'
import { createTopic, fetchBody } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'
import type { LocalConnection } from './local-server.ts'
import { LocalServer } from './local-server.ts'

async function startLocally(): Promise<{ broker: Broker; server: LocalServer; clock: ManualClock }> {
  const { config } = parseBrokerConfig({ listeners: 'PLAINTEXT://127.0.0.1:9092', 'log.dirs': '/data' })
  const clock = new ManualClock()
  const ports = { fs: new MemoryFileSystem({ clock }), clock, random: new SeededRandom(1), logger: silentLogger }
  let server: LocalServer | undefined
  const broker = await Broker.start(config, { ...ports, openServer: async (o) => (server = new LocalServer(o)) })
  return { broker, server: server!, clock }
}

async function ask<Req extends Message, Res extends Message>(
  connection: LocalConnection,
  [message, response, version]: readonly [Req, Res, number],
  body: Input<Req>,
): Promise<Infer<Res>> {
  const frame = Buffer.concat(encodeRequestFrame({ message, version, correlationId: 7, clientId: 'c', body }))
  const answer = (await connection.send(Buffer.from(frame.subarray(4)))).subarray(4)
  const { correlationId, bodyOffset } = decodeResponseHeader(answer, response, version)
  assert.equal(correlationId, 7)
  return decode(response, version, answer, bodyOffset)
}

test('a broker serves who is in the same process, without a port', async () => {
  const { broker, server } = await startLocally()
  assert.deepEqual(broker.listeners, [
    { name: 'PLAINTEXT', host: '127.0.0.1', port: 9092, securityProtocol: 'PLAINTEXT' },
  ])
  const connection = server.connect()
  const body = { clientSoftwareName: 'test', clientSoftwareVersion: '1' }
  const { apiKeys } = await ask(connection, [ApiVersionsRequest, ApiVersionsResponse, 3], body)
  assert.ok(apiKeys.length > 60)
  assert.equal(broker.pressure.connections, 1)
  await broker.close()
  assert.equal(connection.isClosed, true)
  await assert.rejects(connection.send(Buffer.alloc(8)), /closed the connection/)
  assert.throws(() => server.connect(), /does not serve/)
})

test('a stop answers what waits, and does not wait for its time', async () => {
  const { broker, server, clock } = await startLocally()
  const connection = server.connect()
  const client = {
    send: (message: Message, response: Message, version: number, body: object) =>
      ask(connection, [message, response, version], body as never),
  } as unknown as WireClient
  await createTopic(client, 'topic')
  const wait = { maxWaitMs: 60_000, minBytes: 1 }
  const polling = ask(connection, [FetchRequest, FetchResponse, 12], fetchBody('topic', [{ fetchOffset: 0 }], wait))
  await clock.advanceAsync(0)
  await broker.close()
  assert.equal((await polling).responses[0]!.partitions[0]!.errorCode, 0)
})

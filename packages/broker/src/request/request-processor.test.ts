import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decode,
  decodeResponseHeader,
  encodeRequestFrame,
  Errors,
  HeartbeatRequest,
  HeartbeatResponse,
  MetadataRequest,
  MetadataResponse,
} from '@milena/protocol'
import { emptyImage } from '@milena/metadata'
import { captureLogger, ManualClock } from '@milena/runtime'
import { StorageError } from '@milena/storage'
import type { BrokerServices } from '../broker-services.ts'
import { QuotaManager } from '../quota/quota-manager.ts'
import { ApiError } from './api-error.ts'
import { CLOSE_CONNECTION, handler, InFlight } from './handler.ts'
import type { Handler, RequestConnection } from './handler.ts'
import { HandlerTable } from './handler-table.ts'
import { RequestProcessor } from './request-processor.ts'
import type { Answer } from './request-queue.ts'
import { RequestThrottle } from './request-throttle.ts'

const connection: RequestConnection = {
  id: 'c1',
  listenerName: 'PLAINTEXT',
  remoteHost: '192.0.2.7',
  remotePort: 999,
  localAddress: '127.0.0.1',
  localPort: 9092,
  advertised: { host: '127.0.0.1', port: 9092 },
  isClosed: false,
  throttle: () => {},
  onClose: () => () => {},
  clientSoftware: { name: '', version: '' },
}

const windows = { windows: 11, windowMs: 1000 }
const quotas = new QuotaManager({ clientWindows: windows, controllerWindows: windows, image: emptyImage('cluster') })
const throttle = new RequestThrottle({ quotas, clock: new ManualClock() })

const HEARTBEAT = { groupId: 'g', generationId: 1, memberId: 'm' }

function heartbeat(
  handle: Parameters<typeof handler<typeof HeartbeatRequest, typeof HeartbeatResponse>>[2]['handle'],
): Handler {
  return handler(HeartbeatRequest, HeartbeatResponse, { versions: { min: 0, max: 4 }, handle })
}

/** Sends one Heartbeat to a broker that has only `each`, and decodes what comes back. */
async function ask(
  each: Handler,
  version = 4,
): Promise<{ readonly answer: Answer; readonly errorCode: number | undefined; readonly lines: readonly string[] }> {
  const { logger, entries } = captureLogger()
  const services = { handlers: new HandlerTable([each]) } as unknown as BrokerServices
  const processor = new RequestProcessor({ services, throttle, logger })
  const request = { message: HeartbeatRequest, version, correlationId: 5, clientId: 'c', body: HEARTBEAT }
  const frame = Buffer.concat(encodeRequestFrame(request)).subarray(4)
  const processed = processor.process(frame, connection, 0)
  const answer = await (processed instanceof InFlight ? processed.response : processed)
  const lines = entries.map(({ level, message }) => `${level} ${message}`)
  if (typeof answer === 'symbol') return { answer, errorCode: undefined, lines }
  const bytes = Buffer.concat(answer).subarray(4)
  const { correlationId, bodyOffset } = decodeResponseHeader(bytes, HeartbeatResponse, version)
  assert.equal(correlationId, 5)
  return { answer, errorCode: decode(HeartbeatResponse, version, bytes, bodyOffset).errorCode, lines }
}

test('a handler answers at once, later, or in two steps', async () => {
  const response = { errorCode: 0 }
  const later = new InFlight(Promise.resolve(response))
  for (const result of [response, Promise.resolve(response), later]) {
    assert.equal((await ask(heartbeat(() => result))).errorCode, 0)
  }
})

test('an ApiError is answered with its code, however it is thrown, and is no news for the log', async () => {
  const error = new ApiError(Errors.NOT_COORDINATOR)
  const thrown = heartbeat(() => {
    throw error
  })
  const rejected = heartbeat(() => Promise.reject(error))
  const inFlight = heartbeat(() => new InFlight(Promise.reject(error)))
  for (const each of [thrown, rejected, inFlight]) {
    const { errorCode, lines } = await ask(each)
    assert.equal(errorCode, Errors.NOT_COORDINATOR.code)
    assert.deepEqual(lines, [])
  }
})

test('an error of another package that carries a code of the protocol keeps it', async () => {
  const { errorCode } = await ask(heartbeat(() => Promise.reject(new StorageError('KAFKA_STORAGE_ERROR', 'gone'))))
  assert.equal(errorCode, Errors.KAFKA_STORAGE_ERROR.code)
})

test('what nobody foresaw is UNKNOWN_SERVER_ERROR, and one line in the log', async () => {
  for (const cause of [new TypeError('x is not a function'), Object.assign(new Error('disk'), { code: 'EIO' })]) {
    const { errorCode, lines } = await ask(heartbeat(() => Promise.reject(cause)))
    assert.equal(errorCode, Errors.UNKNOWN_SERVER_ERROR.code)
    assert.deepEqual(lines, ['error Heartbeat failed'])
  }
})

test('a response that cannot be encoded is a failure like others', async () => {
  const { errorCode, lines } = await ask(heartbeat(() => ({ errorCode: 'seven' as unknown as number })))
  assert.equal(errorCode, Errors.UNKNOWN_SERVER_ERROR.code)
  assert.equal(lines.length, 1)
})

test('where a response has no place for an error, the connection is closed', async () => {
  const failing = handler(MetadataRequest, MetadataResponse, {
    versions: { min: 0, max: 13 },
    handle: () => Promise.reject(new Error('no')),
  })
  const { logger } = captureLogger()
  const services = { handlers: new HandlerTable([failing]) } as unknown as BrokerServices
  const body = { topics: [] }
  const request = { message: MetadataRequest, version: 9, correlationId: 5, clientId: 'c', body }
  const frame = Buffer.concat(encodeRequestFrame(request)).subarray(4)
  const answer = await new RequestProcessor({ services, throttle, logger }).process(frame, connection, 0)
  assert.equal(answer, CLOSE_CONNECTION)
})

test('a handler brings its own error response, and may fail at that too', async () => {
  const versions = { min: 0, max: 4 }
  const handle = (): Promise<never> => Promise.reject(new ApiError(Errors.NOT_COORDINATOR))
  const own = handler(HeartbeatRequest, HeartbeatResponse, {
    versions,
    handle,
    errorResponse: () => ({ errorCode: 77 }),
  })
  assert.equal((await ask(own)).errorCode, 77)
  const hopeless = handler(HeartbeatRequest, HeartbeatResponse, {
    versions,
    handle,
    errorResponse: () => {
      throw new Error('again')
    },
  })
  assert.equal((await ask(hopeless)).answer, CLOSE_CONNECTION)
})

test('one key, one handler', () => {
  const each = heartbeat(() => ({ errorCode: 0 }))
  assert.throws(() => new HandlerTable([each, each]), /12 is handled by Heartbeat and by Heartbeat/)
})

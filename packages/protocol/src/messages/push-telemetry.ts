import { bool, bytes, int16, int32, int8, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Pushes metrics of the client (KIP-714). */
export const PushTelemetryRequest = message({
  name: 'PushTelemetryRequest',
  apiKey: 72,
  kind: 'request',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    clientInstanceId: uuid('0+', { about: 'Names one instance of a client; zero asks the broker for an id.' }),
    subscriptionId: int32('0+', { about: 'Changes with what is subscribed.' }),
    terminating: bool('0+', { about: 'The client says good-bye.' }),
    compressionType: int8('0+', { about: '0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.' }),
    metrics: bytes('0+', { about: 'As OpenTelemetry encodes them.' }),
  },
})
export type PushTelemetryRequest = Infer<typeof PushTelemetryRequest>

export const PushTelemetryResponse = message({
  name: 'PushTelemetryResponse',
  apiKey: 72,
  kind: 'response',
  versions: '0',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
  },
})
export type PushTelemetryResponse = Infer<typeof PushTelemetryResponse>

import { bool, bytes, int16, int32, int8, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const PushTelemetryRequest = message({
  name: 'PushTelemetryRequest',
  apiKey: 72,
  kind: 'request',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    clientInstanceId: uuid('0+'),
    subscriptionId: int32('0+'),
    terminating: bool('0+'),
    compressionType: int8('0+'),
    metrics: bytes('0+'),
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

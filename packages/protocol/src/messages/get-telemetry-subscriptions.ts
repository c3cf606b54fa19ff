import { array, bool, int16, int32, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Asks which metrics the client shall push (KIP-714). */
export const GetTelemetrySubscriptionsRequest = message({
  name: 'GetTelemetrySubscriptionsRequest',
  apiKey: 71,
  kind: 'request',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    clientInstanceId: uuid('0+', { about: 'Names one instance of a client; zero asks the broker for an id.' }),
  },
})
export type GetTelemetrySubscriptionsRequest = Infer<typeof GetTelemetrySubscriptionsRequest>

export const GetTelemetrySubscriptionsResponse = message({
  name: 'GetTelemetrySubscriptionsResponse',
  apiKey: 71,
  kind: 'response',
  versions: '0',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    clientInstanceId: uuid('0+', { about: 'Names one instance of a client; zero asks the broker for an id.' }),
    subscriptionId: int32('0+', { about: 'Changes with what is subscribed.' }),
    acceptedCompressionTypes: array('0+', 'int8', {
      about: 'By preference; an empty list allows none but uncompressed.',
    }),
    pushIntervalMs: int32('0+', { about: 'How often the client shall push.' }),
    telemetryMaxBytes: int32('0+'),
    deltaTemporality: bool('0+', { about: 'Metrics are sent as changes when true, as totals when false.' }),
    requestedMetrics: array('0+', 'string', {
      about: 'Prefixes of names; one empty prefix for all, no prefix for none.',
    }),
  },
})
export type GetTelemetrySubscriptionsResponse = Infer<typeof GetTelemetrySubscriptionsResponse>

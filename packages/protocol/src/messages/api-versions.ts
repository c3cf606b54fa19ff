import { array, bool, int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Asks what the broker speaks. Versions: 3 flexible, with name and version of the client (KIP-511). */
export const ApiVersionsRequest = message({
  name: 'ApiVersionsRequest',
  apiKey: 18,
  kind: 'request',
  versions: '0-4',
  flexible: '3+',
  listeners: ['broker', 'controller'],
  fields: {
    clientSoftwareName: string('3+', { ignorable: true }),
    clientSoftwareVersion: string('3+', { ignorable: true }),
  },
})
export type ApiVersionsRequest = Infer<typeof ApiVersionsRequest>

/**
 * A broker that does not know the version asked for answers in version 0.
 * Versions: 3 features; 4 features whose lowest version is 0.
 */
export const ApiVersionsResponse = message({
  name: 'ApiVersionsResponse',
  apiKey: 18,
  kind: 'response',
  versions: '0-4',
  flexible: '3+',
  fields: {
    errorCode: int16('0+'),
    apiKeys: array('0+', {
      apiKey: int16('0+', { mapKey: true }),
      minVersion: int16('0+'),
      maxVersion: int16('0+'),
    }),
    throttleTimeMs: int32('1+', { ignorable: true }),
    supportedFeatures: array(
      '3+',
      {
        name: string('3+', { mapKey: true }),
        minVersion: int16('3+'),
        maxVersion: int16('3+'),
      },
      { tag: 0, ignorable: true, about: 'What this broker could do.' },
    ),
    finalizedFeaturesEpoch: int64('3+', {
      default: -1,
      tag: 1,
      ignorable: true,
      about: 'Grows with every change of the features; -1 when unknown.',
    }),
    finalizedFeatures: array(
      '3+',
      {
        name: string('3+', { mapKey: true }),
        maxVersionLevel: int16('3+'),
        minVersionLevel: int16('3+'),
      },
      { tag: 2, ignorable: true, about: 'What the whole cluster has agreed on.' },
    ),
    zkMigrationReady: bool('3+', {
      default: false,
      tag: 3,
      ignorable: true,
      about: 'Of the move from ZooKeeper, which is over.',
    }),
  },
})
export type ApiVersionsResponse = Infer<typeof ApiVersionsResponse>

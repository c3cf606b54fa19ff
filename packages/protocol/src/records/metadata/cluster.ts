import { array, bool, int16, int32, int64, int8, string, uint16, uuid } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

export const RegisterControllerRecord = message({
  name: 'RegisterControllerRecord',
  apiKey: 27,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    controllerId: int32('0+'),
    incarnationId: uuid('0+'),
    zkMigrationReady: bool('0+'),
    endPoints: array('0+', {
      name: string('0+', { mapKey: true }),
      host: string('0+'),
      port: uint16('0+'),
      securityProtocol: int16('0+'),
    }),
    features: array('0+', {
      name: string('0+', { mapKey: true }),
      minSupportedVersion: int16('0+'),
      maxSupportedVersion: int16('0+'),
    }),
  },
})
export type RegisterControllerRecord = Infer<typeof RegisterControllerRecord>

export const ProducerIdsRecord = message({
  name: 'ProducerIdsRecord',
  apiKey: 15,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    brokerId: int32('0+', { entityType: 'brokerId' }),
    brokerEpoch: int64('0+', { default: -1 }),
    nextProducerId: int64('0+'),
  },
})
export type ProducerIdsRecord = Infer<typeof ProducerIdsRecord>

export const ZkMigrationStateRecord = message({
  name: 'ZkMigrationStateRecord',
  apiKey: 21,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    zkMigrationState: int8('0+'),
  },
})
export type ZkMigrationStateRecord = Infer<typeof ZkMigrationStateRecord>

export const NoOpRecord = message({
  name: 'NoOpRecord',
  apiKey: 20,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {},
})
export type NoOpRecord = Infer<typeof NoOpRecord>

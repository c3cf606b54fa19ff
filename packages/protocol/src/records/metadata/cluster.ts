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
    incarnationId: uuid('0+', { about: 'Differs with every start of the process.' }),
    zkMigrationReady: bool('0+', { about: 'Of the move from ZooKeeper, which is over.' }),
    endPoints: array('0+', {
      name: string('0+', { mapKey: true }),
      host: string('0+'),
      port: uint16('0+'),
      securityProtocol: int16('0+', { about: '0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL.' }),
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
    brokerEpoch: int64('0+', { default: -1, about: 'Grows with every registration of the broker.' }),
    nextProducerId: int64('0+', { about: 'Handed out next.' }),
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
    zkMigrationState: int8('0+', { about: 'Of the move from ZooKeeper, which is over.' }),
  },
})
export type ZkMigrationStateRecord = Infer<typeof ZkMigrationStateRecord>

/** Says nothing, but moves the end of the log. */
export const NoOpRecord = message({
  name: 'NoOpRecord',
  apiKey: 20,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {},
})
export type NoOpRecord = Infer<typeof NoOpRecord>

import { array, bool, int16, int32, int64, int8, string, uint16, uuid } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

export const RegisterBrokerRecord = message({
  name: 'RegisterBrokerRecord',
  apiKey: 0,
  kind: 'metadata',
  versions: '0-4',
  flexible: '0+',
  fields: {
    brokerId: int32('0+', { entityType: 'brokerId' }),
    isMigratingZkBroker: bool('2+', { default: false, about: 'Of the move from ZooKeeper, which is over.' }),
    incarnationId: uuid('0+', { about: 'Differs with every start of the process.' }),
    brokerEpoch: int64('0+', { about: 'Grows with every registration of the broker.' }),
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
    rack: string('0+', { nullable: '0+' }),
    fenced: bool('0+', { default: true, about: 'A fenced broker leads nothing.' }),
    inControlledShutdown: bool('1+', { default: false }),
    logDirs: array('3+', 'uuid', { tag: 0 }),
    cordonedLogDirs: array('4+', 'uuid', {
      nullable: '4+',
      default: null,
      tag: 1,
      about: 'Directories that take no new replicas.',
    }),
  },
})
export type RegisterBrokerRecord = Infer<typeof RegisterBrokerRecord>

export const UnregisterBrokerRecord = message({
  name: 'UnregisterBrokerRecord',
  apiKey: 1,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    brokerId: int32('0+', { entityType: 'brokerId' }),
    brokerEpoch: int64('0+', { about: 'Grows with every registration of the broker.' }),
  },
})
export type UnregisterBrokerRecord = Infer<typeof UnregisterBrokerRecord>

export const FenceBrokerRecord = message({
  name: 'FenceBrokerRecord',
  apiKey: 7,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    id: int32('0+', { entityType: 'brokerId' }),
    epoch: int64('0+'),
  },
})
export type FenceBrokerRecord = Infer<typeof FenceBrokerRecord>

export const UnfenceBrokerRecord = message({
  name: 'UnfenceBrokerRecord',
  apiKey: 8,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    id: int32('0+', { entityType: 'brokerId' }),
    epoch: int64('0+'),
  },
})
export type UnfenceBrokerRecord = Infer<typeof UnfenceBrokerRecord>

/** What is absent stays as it is. */
export const BrokerRegistrationChangeRecord = message({
  name: 'BrokerRegistrationChangeRecord',
  apiKey: 17,
  kind: 'metadata',
  versions: '0-3',
  flexible: '0+',
  fields: {
    brokerId: int32('0+', { entityType: 'brokerId' }),
    brokerEpoch: int64('0+', { about: 'Grows with every registration of the broker.' }),
    fenced: int8('0+', { tag: 0, about: '1 fences, -1 unfences, 0 leaves it as it is.' }),
    inControlledShutdown: int8('1+', { tag: 1, about: '1 begins it, 0 leaves it as it is.' }),
    logDirs: array('2+', 'uuid', { tag: 2, about: 'Empty leaves them as they are.' }),
    cordonedLogDirs: array('3+', 'uuid', {
      nullable: '3+',
      default: null,
      tag: 3,
      about: 'Null leaves them as they are.',
    }),
  },
})
export type BrokerRegistrationChangeRecord = Infer<typeof BrokerRegistrationChangeRecord>

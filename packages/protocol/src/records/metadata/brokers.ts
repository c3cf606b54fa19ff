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
    isMigratingZkBroker: bool('2+', { default: false }),
    incarnationId: uuid('0+'),
    brokerEpoch: int64('0+'),
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
    rack: string('0+', { nullable: '0+' }),
    fenced: bool('0+', { default: true }),
    inControlledShutdown: bool('1+', { default: false }),
    logDirs: array('3+', 'uuid', { tag: 0 }),
    cordonedLogDirs: array('4+', 'uuid', { nullable: '4+', default: null, tag: 1 }),
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
    brokerEpoch: int64('0+'),
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

export const BrokerRegistrationChangeRecord = message({
  name: 'BrokerRegistrationChangeRecord',
  apiKey: 17,
  kind: 'metadata',
  versions: '0-3',
  flexible: '0+',
  fields: {
    brokerId: int32('0+', { entityType: 'brokerId' }),
    brokerEpoch: int64('0+'),
    fenced: int8('0+', { tag: 0 }),
    inControlledShutdown: int8('1+', { tag: 1 }),
    logDirs: array('2+', 'uuid', { tag: 2 }),
    cordonedLogDirs: array('3+', 'uuid', { nullable: '3+', default: null, tag: 3 }),
  },
})
export type BrokerRegistrationChangeRecord = Infer<typeof BrokerRegistrationChangeRecord>

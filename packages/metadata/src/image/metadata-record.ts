// The records of the metadata log that Milena writes and reads, as a union: name, version, decoded value.
import {
  BrokerRegistrationChangeRecord,
  ClearElrRecord,
  ClientQuotaRecord,
  ConfigRecord,
  FeatureLevelRecord,
  FenceBrokerRecord,
  type Infer,
  NoOpRecord,
  PartitionChangeRecord,
  PartitionRecord,
  ProducerIdsRecord,
  RegisterBrokerRecord,
  RegisterControllerRecord,
  RemoveTopicRecord,
  RemoveUserScramCredentialRecord,
  TopicRecord,
  UnfenceBrokerRecord,
  UnregisterBrokerRecord,
  UserScramCredentialRecord,
} from '@milena/protocol/messages'

/** The schema of each record, by Kafka's name for it. */
export const metadataRecordSchemas = {
  RegisterBrokerRecord,
  UnregisterBrokerRecord,
  TopicRecord,
  PartitionRecord,
  ConfigRecord,
  PartitionChangeRecord,
  FenceBrokerRecord,
  UnfenceBrokerRecord,
  RemoveTopicRecord,
  FeatureLevelRecord,
  UserScramCredentialRecord,
  RemoveUserScramCredentialRecord,
  ClientQuotaRecord,
  ProducerIdsRecord,
  BrokerRegistrationChangeRecord,
  NoOpRecord,
  RegisterControllerRecord,
  ClearElrRecord,
} as const

export type MetadataRecordName = keyof typeof metadataRecordSchemas

export type MetadataRecord = {
  [N in MetadataRecordName]: {
    readonly name: N
    readonly version: number
    readonly value: Infer<(typeof metadataRecordSchemas)[N]>
  }
}[MetadataRecordName]

type RecordValue<N extends MetadataRecordName> = Infer<(typeof metadataRecordSchemas)[N]>

/** A record in the version that Kafka 4.3 writes. */
export function metadataRecord<N extends MetadataRecordName>(name: N, value: RecordValue<N>): MetadataRecord {
  return { name, version: latestVersions[name] ?? 0, value } as MetadataRecord
}

/** Those that have been through more than one version; the others are at 0. */
const latestVersions: Readonly<Partial<Record<MetadataRecordName, number>>> = {
  RegisterBrokerRecord: 4,
  PartitionRecord: 2,
  PartitionChangeRecord: 2,
  BrokerRegistrationChangeRecord: 3,
}

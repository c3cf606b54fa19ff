// Log folders that take no new replicas (KIP-1066). Kafka's brokers name theirs in each heartbeat
// (ReplicationControlManager.handleDirectoriesCordoned); here the broker says so when it changes.
import { Errors } from '@milena/protocol/messages'
import { type BrokerImage, featureLevel, type MetadataImage } from '../image/metadata-image.ts'
import { metadataRecord } from '../image/metadata-record.ts'
import type { ControllerResult } from './controller-result.ts'

/** 4.3-IV0, from which on a registration has a place for them. */
const METADATA_VERSION = 30

export function supportsCordonedLogDirs(image: MetadataImage): boolean {
  return featureLevel(image, 'metadata.version') >= METADATA_VERSION
}

/** Whether a broker may be given new replicas. One that does not name its folders has not cordoned any. */
export function hasUncordonedLogDirs({ logDirs, cordonedLogDirs }: BrokerImage): boolean {
  return logDirs.length === 0 || logDirs.some((dir) => !cordonedLogDirs.includes(dir))
}

export interface CordonLogDirsRequest {
  readonly brokerId: number
  readonly brokerEpoch: number
  /** All of them, by their ids. */
  readonly cordonedLogDirs: readonly string[]
}

export interface CordonLogDirsResponse {
  readonly errorCode: number
}

export function cordonLogDirs(
  image: MetadataImage,
  { brokerId, brokerEpoch, cordonedLogDirs }: CordonLogDirsRequest,
): ControllerResult<CordonLogDirsResponse> {
  const decided = ({ code: errorCode }: { code: number }) => ({ records: [], response: { errorCode } })
  const broker = image.brokers.get(brokerId)
  if (broker === undefined) return decided(Errors.BROKER_ID_NOT_REGISTERED)
  if (broker.brokerEpoch !== brokerEpoch) return decided(Errors.STALE_BROKER_EPOCH)
  const isSame =
    broker.cordonedLogDirs.length === cordonedLogDirs.length &&
    cordonedLogDirs.every((dir) => broker.cordonedLogDirs.includes(dir))
  if (isSame || !supportsCordonedLogDirs(image)) return decided(Errors.NONE)
  const change = metadataRecord('BrokerRegistrationChangeRecord', {
    brokerId,
    brokerEpoch,
    fenced: 0,
    inControlledShutdown: 0,
    logDirs: [],
    cordonedLogDirs,
  })
  return { ...decided(Errors.NONE), records: [change] }
}

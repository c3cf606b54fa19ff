import type { EndpointImage, MetadataImage, TopicImage } from '../image/metadata-image.ts'
import { type MetadataRecord, metadataRecord } from '../image/metadata-record.ts'
import type { ControllerContext, ControllerResult } from './controller-result.ts'
import { supportsCordonedLogDirs } from './cordon-log-dirs.ts'
import { partitionChange } from './partition-change.ts'

export interface RegisterBrokerRequest {
  readonly brokerId: number
  /** Of this run of the process. */
  readonly incarnationId: string
  readonly endpoints: readonly EndpointImage[]
  readonly rack: string | null
  /** The ids of its log folders. */
  readonly logDirs: readonly string[]
  readonly cordonedLogDirs: readonly string[]
  /**
   * Whether the last run ended in order. After a crash the log may have lost its tail, so each partition that the
   * broker leads begins a new leader epoch: that is how consumers find out that they read what is gone (KIP-320).
   */
  readonly previousShutdownWasClean: boolean
}

export interface RegisterBrokerResponse {
  readonly brokerEpoch: number
}

/** A broker enters, or enters again after a restart; its epoch is the offset of its registration, so it only grows. */
export function registerBroker(
  image: MetadataImage,
  request: RegisterBrokerRequest,
  context: ControllerContext,
): ControllerResult<RegisterBrokerResponse> {
  const brokerEpoch = image.offset + 1
  const features = Object.entries(context.supportedFeatures).map(([name, { min, max }]) => ({
    name,
    minSupportedVersion: min,
    maxSupportedVersion: max,
  }))
  const isCordoned = request.cordonedLogDirs.length > 0
  const registration = metadataRecord('RegisterBrokerRecord', {
    brokerId: request.brokerId,
    isMigratingZkBroker: false,
    incarnationId: request.incarnationId,
    brokerEpoch,
    endPoints: request.endpoints,
    features,
    rack: request.rack,
    fenced: false,
    inControlledShutdown: false,
    logDirs: request.logDirs,
    cordonedLogDirs: isCordoned && supportsCordonedLogDirs(image) ? request.cordonedLogDirs : null,
  })
  const records = [registration, ...leadershipRecords(image, request)]
  return { records, response: { brokerEpoch } }
}

function leadershipRecords(image: MetadataImage, request: RegisterBrokerRequest): MetadataRecord[] {
  const records: MetadataRecord[] = []
  for (const topic of image.topics.values()) records.push(...topicLeadership(topic, request))
  return records
}

function* topicLeadership(
  { topicId, partitions }: TopicImage,
  { brokerId, previousShutdownWasClean }: RegisterBrokerRequest,
): Iterable<MetadataRecord> {
  for (const { partition: partitionId, leader, isr, eligibleLeaderReplicas } of partitions) {
    const takesOver = leader < 0 && isr.includes(brokerId)
    const beginsAgain = leader === brokerId && !previousShutdownWasClean
    if (takesOver || beginsAgain) yield partitionChange({ topicId, partitionId, leader: brokerId })
    else if (leader < 0 && eligibleLeaderReplicas.includes(brokerId)) {
      // Whoever was last in sync when nobody was left has every record (KIP-966).
      const rest = eligibleLeaderReplicas.filter((id) => id !== brokerId)
      const change = { leader: brokerId, isr: [brokerId], eligibleLeaderReplicas: rest }
      yield partitionChange({ topicId, partitionId, ...change })
    }
  }
}

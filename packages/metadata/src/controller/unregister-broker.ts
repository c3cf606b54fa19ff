// UnregisterBroker (QuorumController.unregisterBroker): a broker that will not come back is forgotten (KIP-746).
import { Errors, type UnregisterBrokerRequest, type UnregisterBrokerResponse } from '@milena/protocol/messages'
import { featureLevel, type MetadataImage, NO_LEADER, type PartitionImage } from '../image/metadata-image.ts'
import { type MetadataRecord, metadataRecord } from '../image/metadata-record.ts'
import type { ControllerResult } from './controller-result.ts'
import { partitionChange, type PartitionChanges } from './partition-change.ts'

export function unregisterBroker(
  image: MetadataImage,
  { brokerId }: UnregisterBrokerRequest,
): ControllerResult<UnregisterBrokerResponse> {
  const broker = image.brokers.get(brokerId)
  if (broker === undefined) {
    const errorMessage = `Broker ID ${brokerId} is not currently registered`
    return {
      records: [],
      response: { throttleTimeMs: 0, errorCode: Errors.BROKER_ID_NOT_REGISTERED.code, errorMessage },
    }
  }
  const records = [
    ...departures(image, brokerId),
    metadataRecord('UnregisterBrokerRecord', { brokerId, brokerEpoch: broker.brokerEpoch }),
  ]
  return { records, response: { throttleTimeMs: 0, errorCode: Errors.NONE.code, errorMessage: '' } }
}

/** It leads nothing any more and is in sync with nobody. */
function departures(image: MetadataImage, brokerId: number): MetadataRecord[] {
  const records: MetadataRecord[] = []
  for (const { topicId, partitions } of image.topics.values()) {
    for (const partition of partitions) {
      if (!partition.isr.includes(brokerId) && partition.leader !== brokerId) continue
      const changes = departure(image, partition, brokerId)
      records.push(partitionChange({ topicId, partitionId: partition.partition, ...changes }))
    }
  }
  return records
}

function departure(image: MetadataImage, partition: PartitionImage, brokerId: number): PartitionChanges {
  const rest = partition.isr.filter((id) => id !== brokerId)
  const hasElr = featureLevel(image, 'eligible.leader.replicas.version') > 0
  // The last one in sync stays so without that feature: it alone may lead again without loss.
  const isr = rest.length === 0 && !hasElr ? partition.isr : rest
  const elr =
    rest.length === 0 && hasElr ? { eligibleLeaderReplicas: [...partition.eligibleLeaderReplicas, brokerId] } : {}
  if (partition.leader !== brokerId) return { isr, ...elr }
  const next = partition.replicas.find((id) => rest.includes(id) && image.brokers.get(id)?.fenced === false)
  return { isr, ...elr, leader: next ?? NO_LEADER }
}

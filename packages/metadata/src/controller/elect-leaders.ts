// ElectLeaders (ReplicationControlManager.electLeaders).
import { type ElectLeadersRequest, type ElectLeadersResponse, Errors } from '@milena/protocol/messages'
import { leaderRecoveryStates, type MetadataImage, type TopicImage } from '../image/metadata-image.ts'
import type { MetadataRecord } from '../image/metadata-record.ts'
import { ApiFailure, orRefused } from './api-failure.ts'
import type { ControllerResult } from './controller-result.ts'
import { partitionChange } from './partition-change.ts'

type TopicResult = ElectLeadersResponse['replicaElectionResults'][number]
type PartitionResult = TopicResult['partitionResult'][number]
type Wanted = NonNullable<ElectLeadersRequest['topicPartitions']>[number]

const PREFERRED = 0
const UNCLEAN = 1

export function electLeaders(
  image: MetadataImage,
  { electionType, topicPartitions }: ElectLeadersRequest,
): ControllerResult<ElectLeadersResponse> {
  const records: MetadataRecord[] = []
  const elect = (topic: string, partition: number): PartitionResult =>
    orRefused<PartitionResult>(
      () => {
        records.push(election(image, { topic, partition, electionType }))
        return { partitionId: partition, errorCode: Errors.NONE.code, errorMessage: null }
      },
      ({ errorCode, errorMessage }) => ({ partitionId: partition, errorCode, errorMessage }),
    )
  // Who asks for nothing is told nothing, whatever the type.
  const isOfNothing = topicPartitions?.length === 0
  const known = isOfNothing || electionType === PREFERRED || electionType === UNCLEAN
  const results =
    topicPartitions === null
      ? everyTopic(image).map(({ topic, partitions }) => ({
          topic,
          // Who asks for all partitions is told only of those where something happened or failed.
          partitionResult: partitions.map((partition) => elect(topic, partition)).filter(isNews),
        }))
      : topicPartitions.map(({ topic, partitions }) => ({
          topic,
          partitionResult: partitions.map((partition) => elect(topic, partition)),
        }))
  const errorCode = known ? Errors.NONE.code : Errors.INVALID_REQUEST.code
  // Of everything, Kafka says nothing when it does not know what to do.
  const replicaElectionResults = topicPartitions === null && !known ? [] : results
  return { records, response: { throttleTimeMs: 0, errorCode, replicaElectionResults } }
}

function everyTopic(image: MetadataImage): Wanted[] {
  const partitionsOf = (topic: TopicImage) => topic.partitions.map((each) => each.partition)
  return [...image.topics.values()].map((topic) => ({ topic: topic.name, partitions: partitionsOf(topic) }))
}

function isNews(result: PartitionResult): boolean {
  return result.errorCode !== Errors.ELECTION_NOT_NEEDED.code
}

interface Election {
  readonly topic: string
  readonly partition: number
  readonly electionType: number
}

function election(image: MetadataImage, { topic: name, partition: id, electionType }: Election): MetadataRecord {
  if (electionType !== PREFERRED && electionType !== UNCLEAN) {
    throw new ApiFailure(Errors.INVALID_REQUEST.code, `Unknown election type ${electionType}`)
  }
  const topic = image.topics.get(name)
  const unknown = (message: string) => new ApiFailure(Errors.UNKNOWN_TOPIC_OR_PARTITION.code, message)
  if (topic === undefined) throw unknown(`No such topic as ${name}`)
  const partition = topic.partitions[id]
  if (partition === undefined) throw unknown(`No such partition as ${name}-${id}`)
  const { replicas, isr, leader } = partition
  const isLive = (broker: number) => image.brokers.get(broker)?.fenced === false
  const notNeeded = new ApiFailure(Errors.ELECTION_NOT_NEEDED.code, 'Leader election not needed for topic partition.')
  const change = { topicId: topic.topicId, partitionId: id }
  if (electionType === PREFERRED) {
    const preferred = replicas[0]!
    if (leader === preferred) throw notNeeded
    if (isr.includes(preferred) && isLive(preferred)) return partitionChange({ ...change, leader: preferred })
    throw new ApiFailure(Errors.PREFERRED_LEADER_NOT_AVAILABLE.code, 'The preferred leader was not available.')
  }
  if (leader >= 0) throw notNeeded
  const clean = isr.find(isLive)
  if (clean !== undefined) return partitionChange({ ...change, leader: clean })
  const unclean = replicas.find(isLive)
  if (unclean === undefined) {
    const message = 'Eligible topic partition leaders are not available.'
    throw new ApiFailure(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE.code, message)
  }
  const leaderRecoveryState = leaderRecoveryStates.RECOVERING
  return partitionChange({ ...change, leader: unclean, isr: [unclean], leaderRecoveryState })
}

/**
 * DescribeQuorum (key 55): who keeps the metadata log and how far each of them is (KIP-595, KIP-836). Here one voter,
 * which has all of it.
 *
 * Versions: 1 when voters last fetched; 2 log folders, error messages, where the controllers listen (KIP-853).
 */
import { resolve } from 'node:path'
import { METADATA_EPOCH } from '@milena/metadata'
import { DescribeQuorumRequest, DescribeQuorumResponse, Errors, type Infer } from '@milena/protocol/messages'
import { type RequestContext, handler } from '../request/handler.ts'

const METADATA_TOPIC = '__cluster_metadata'
const UNKNOWN_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAA'
const DIRECTORIES_MIN_VERSION = 2

type Response = Infer<typeof DescribeQuorumResponse>
type PartitionData = Response['topics'][number]['partitions'][number]

/** As Kafka, it answers for all only when it is asked for this one partition and for nothing else. */
function isMetadataPartition({ topics }: DescribeQuorumRequest): boolean {
  const [topic] = topics
  if (topics.length !== 1 || topic?.topicName !== METADATA_TOPIC || topic.partitions.length !== 1) return false
  return topic.partitions[0]!.partitionIndex === 0
}

function unknownPartition(partitionIndex: number): PartitionData {
  const message = 'This server does not host this topic-partition.'
  const nothing = { leaderId: 0, leaderEpoch: 0, highWatermark: 0, currentVoters: [], observers: [] }
  return { partitionIndex, errorCode: Errors.UNKNOWN_TOPIC_OR_PARTITION.code, errorMessage: message, ...nothing }
}

function metadataPartition({ apiVersion, services }: RequestContext): PartitionData {
  const { config, clock, logs, metadata } = services
  const nowMs = clock.nowMs()
  const endOffset = metadata.image.offset + 1
  const folder = logs.logDirs.find(({ path }) => path === resolve(config.metadataLogDir))?.meta.directoryId
  const voter = {
    replicaId: config.nodeId,
    replicaDirectoryId: (apiVersion >= DIRECTORIES_MIN_VERSION ? folder : undefined) ?? UNKNOWN_DIRECTORY,
    logEndOffset: endOffset,
    lastFetchTimestamp: nowMs,
    lastCaughtUpTimestamp: nowMs,
  }
  return {
    partitionIndex: 0,
    errorCode: Errors.NONE.code,
    errorMessage: '',
    leaderId: config.nodeId,
    leaderEpoch: METADATA_EPOCH,
    highWatermark: endOffset,
    currentVoters: [voter],
    observers: [],
  }
}

/** The controller's own listeners where some are named, else the one that it is reached by. */
function controllerNode({ connection, services }: RequestContext): Response['nodes'][number] {
  const { controllerListeners, nodeId } = services.config
  const named = controllerListeners.map(({ name, host, port }) => ({ name, host, port }))
  const reached = { name: connection.listenerName, ...connection.advertised }
  return { nodeId, listeners: named.length > 0 ? named : [reached] }
}

export const describeQuorum = handler(DescribeQuorumRequest, DescribeQuorumResponse, {
  versions: { min: 0, max: 2 },
  handle(request, context) {
    const answered = { errorCode: Errors.NONE.code, errorMessage: '' }
    if (isMetadataPartition(request)) {
      const topics = [{ topicName: METADATA_TOPIC, partitions: [metadataPartition(context)] }]
      return { ...answered, topics, nodes: context.apiVersion >= 2 ? [controllerNode(context)] : [] }
    }
    const topics = request.topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) => unknownPartition(partitionIndex)),
    }))
    return { ...answered, topics, nodes: [] }
  },
})

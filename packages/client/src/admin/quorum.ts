import type { Uuid } from '@milena/protocol'
import { apis } from '../apis.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError } from '../kafka-error.ts'
import type { CallOptions } from './per-key.ts'

/** A replica of the metadata log. */
export interface QuorumReplica {
  readonly replicaId: number
  /** Zero from brokers before 3.9. */
  readonly directoryId: Uuid
  readonly logEndOffset: number
  /** Milliseconds since 1970; absent when not known. */
  readonly lastFetchMs?: number
  readonly lastCaughtUpMs?: number
}

export interface QuorumEndpoint {
  readonly listener: string
  readonly host: string
  readonly port: number
}

/** The controllers that agree on the metadata (KIP-595). */
export interface QuorumInfo {
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly highWatermark: number
  readonly voters: readonly QuorumReplica[]
  readonly observers: readonly QuorumReplica[]
  /** Where controllers can be reached; empty from brokers before 3.9. */
  readonly endpoints: ReadonlyMap<number, readonly QuorumEndpoint[]>
}

const metadataTopic = '__cluster_metadata'

export async function describeMetadataQuorum(client: KafkaClient, options: CallOptions = {}): Promise<QuorumInfo> {
  const response = await client.request(
    apis.describeQuorum,
    { topics: [{ topicName: metadataTopic, partitions: [{ partitionIndex: 0 }] }] },
    {
      to: 'controller',
      call: 'describeMetadataQuorum',
      deadline: client.deadline(options.timeoutMs),
      ...(options.signal && { signal: options.signal }),
      check: ({ errorCode, errorMessage, topics }) => {
        KafkaError.check(errorCode, errorMessage)
        const partition = topics[0]?.partitions[0]
        KafkaError.check(partition?.errorCode ?? 0, partition?.errorMessage)
      },
    },
  )
  const partition = response.topics[0]?.partitions[0]
  if (partition === undefined) throw KafkaError.client('MALFORMED_RESPONSE', 'describeMetadataQuorum: no answer')
  return {
    leaderId: partition.leaderId,
    leaderEpoch: partition.leaderEpoch,
    highWatermark: partition.highWatermark,
    voters: partition.currentVoters.map(replica),
    observers: partition.observers.map(replica),
    endpoints: new Map(
      response.nodes.map(({ nodeId, listeners }) => [
        nodeId,
        listeners.map(({ name, host, port }) => ({ listener: name, host, port })),
      ]),
    ),
  }
}

function replica(entry: {
  readonly replicaId: number
  readonly replicaDirectoryId: Uuid
  readonly logEndOffset: number
  readonly lastFetchTimestamp: number
  readonly lastCaughtUpTimestamp: number
}): QuorumReplica {
  const { lastFetchTimestamp, lastCaughtUpTimestamp } = entry
  return {
    replicaId: entry.replicaId,
    directoryId: entry.replicaDirectoryId,
    logEndOffset: entry.logEndOffset,
    ...(lastFetchTimestamp >= 0 && { lastFetchMs: lastFetchTimestamp }),
    ...(lastCaughtUpTimestamp >= 0 && { lastCaughtUpMs: lastCaughtUpTimestamp }),
  }
}

/** Makes a controller a voter (KIP-853). */
export async function addRaftVoter(
  client: KafkaClient,
  voter: { readonly voterId: number; readonly directoryId: Uuid; readonly endpoints: readonly QuorumEndpoint[] },
  options: CallOptions = {},
): Promise<void> {
  const deadline = client.deadline(options.timeoutMs)
  await client.request(
    apis.addRaftVoter,
    {
      clusterId: null,
      timeoutMs: Math.ceil(deadline.remainingMs),
      voterId: voter.voterId,
      voterDirectoryId: voter.directoryId,
      listeners: voter.endpoints.map(({ listener, host, port }) => ({ name: listener, host, port })),
    },
    {
      to: 'controller',
      call: 'addRaftVoter',
      deadline,
      check: ({ errorCode, errorMessage }) => KafkaError.check(errorCode, errorMessage),
    },
  )
}

/** Takes a controller out of the voters (KIP-853). */
export async function removeRaftVoter(
  client: KafkaClient,
  voter: { readonly voterId: number; readonly directoryId: Uuid },
  options: CallOptions = {},
): Promise<void> {
  await client.request(
    apis.removeRaftVoter,
    { clusterId: null, voterId: voter.voterId, voterDirectoryId: voter.directoryId },
    {
      to: 'controller',
      call: 'removeRaftVoter',
      deadline: client.deadline(options.timeoutMs),
      check: ({ errorCode, errorMessage }) => KafkaError.check(errorCode, errorMessage),
    },
  )
}

/**
 * FindCoordinator (key 10): which broker coordinates a group, a transactional id or a share group's partition. The
 * internal topic of the coordinator is created when it is first asked for; where Kafka answers
 * COORDINATOR_NOT_AVAILABLE until that is done, this broker answers when it is done.
 *
 * Versions: 0 groups only; 1 key types, throttle time, error message; 3 flexible; 4 many keys at once, each with its
 * own error (KIP-699); 6 share groups (KIP-932).
 */
import { mapInTurns } from '@milena/coordinator'
import { Errors, FindCoordinatorRequest, FindCoordinatorResponse } from '@milena/protocol/messages'
import type { KafkaError } from '@milena/protocol/messages'
import {
  GROUP_METADATA_TOPIC,
  SHARE_GROUP_STATE_TOPIC,
  TRANSACTION_STATE_TOPIC,
} from '../coordinators/internal-topics.ts'
import { ApiError } from '../request/api-error.ts'
import { brokerNode } from '../request/broker-nodes.ts'
import { handler, type RequestContext } from '../request/handler.ts'

const MANY_KEYS_MIN_VERSION = 4
const SHARE_MIN_VERSION = 6

const keyTypes = { GROUP: 0, TRANSACTION: 1, SHARE: 2 } as const

interface Found {
  readonly error: KafkaError
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

function notFound(error: KafkaError): Found {
  return { error, nodeId: -1, host: '', port: -1 }
}

/** The leader of the partition in which the key's state lives; `partitionOf` is asked when the topic is there. */
async function findLeader(topicName: string, partitionOf: () => number, context: RequestContext): Promise<Found> {
  const { metadata, topicCreator } = context.services
  const refused = await topicCreator.create(topicName)
  if (refused !== undefined) return notFound(Errors.COORDINATOR_NOT_AVAILABLE)
  const leader = metadata.image.topics.get(topicName)?.partitions[partitionOf()]?.leader
  const node = leader === undefined ? undefined : brokerNode(context, leader)
  if (node === undefined) return notFound(Errors.COORDINATOR_NOT_AVAILABLE)
  return { error: Errors.NONE, nodeId: node.nodeId, host: node.host, port: node.port }
}

/** `group:topicId:partition`; a group's name may itself have colons. Java reads any 22 characters of base64 as an id. */
const SHARE_KEY = /^(.*\S.*):([\w-]{22}):([+-]?\d{1,10})$/

async function find(keyType: number, key: string, context: RequestContext): Promise<Found> {
  const { groups, transactions, shareState } = context.services
  switch (keyType) {
    case keyTypes.GROUP:
      return findLeader(GROUP_METADATA_TOPIC, () => groups.partitionFor(key), context)
    case keyTypes.TRANSACTION:
      return findLeader(TRANSACTION_STATE_TOPIC, () => transactions.partitionFor(key), context)
  }
  const [, groupId, topicId, partition] = SHARE_KEY.exec(key) ?? []
  if (context.apiVersion < SHARE_MIN_VERSION || groupId === undefined || topicId === undefined) {
    return notFound(Errors.INVALID_REQUEST)
  }
  const place = { groupId, topicId, partition: Number(partition) }
  return findLeader(SHARE_GROUP_STATE_TOPIC, () => shareState.partitionFor(place), context)
}

export const findCoordinator = handler(FindCoordinatorRequest, FindCoordinatorResponse, {
  versions: { min: 0, max: 6 },
  async handle(request, context) {
    const { keyType } = request
    if (keyType < keyTypes.GROUP || keyType > keyTypes.SHARE) throw new ApiError(Errors.INVALID_REQUEST)
    if (context.apiVersion < MANY_KEYS_MIN_VERSION) {
      const { error, ...node } = await find(keyType, request.key, context)
      return { errorCode: error.code, errorMessage: error === Errors.NONE ? 'NONE' : error.message, ...node }
    }
    const coordinators = await mapInTurns(context.services.clock, request.coordinatorKeys, async (key) => {
      const { error, ...node } = await find(keyType, key, context)
      // Kafka leaves the message empty here.
      return { key, errorCode: error.code, errorMessage: '', ...node }
    })
    return { coordinators }
  },
  errorResponse: (error, request, { apiVersion }) => {
    const { error: known, ...node } = notFound(error.error)
    const failure = { errorCode: known.code, errorMessage: error.message, ...node }
    if (apiVersion < MANY_KEYS_MIN_VERSION) return failure
    return { coordinators: request.coordinatorKeys.map((key) => ({ key, ...failure })) }
  },
})

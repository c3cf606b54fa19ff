import { ConsumerProtocolAssignment, ConsumerProtocolSubscription, decode, encode } from '@milena/protocol'
import type { TopicPartition } from '../cluster/cluster-metadata.ts'
import { byTopic } from '../admin/per-key.ts'
import { KafkaError } from '../kafka-error.ts'

/** What a member of a classic consumer group says of itself when it joins. */
export interface MemberSubscription {
  readonly topics: readonly string[]
  readonly userData: Uint8Array | null
  /** What it holds at the moment (version 1, KIP-429). */
  readonly ownedPartitions: readonly TopicPartition[]
  /** The generation in which it got that (version 2); -1 when unknown. */
  readonly generationId: number
  readonly rackId: string | null
}

export interface MemberAssignment {
  readonly partitions: readonly TopicPartition[]
  readonly userData: Uint8Array | null
}

const highest = { subscription: 3, assignment: 3 } as const

export function encodeSubscription(subscription: MemberSubscription): Uint8Array {
  const body = encode(ConsumerProtocolSubscription, highest.subscription, {
    topics: Array.from(subscription.topics).sort(),
    userData: subscription.userData,
    ownedPartitions: grouped(Array.from(subscription.ownedPartitions).sort(byTopicAndPartition)),
    generationId: subscription.generationId,
    rackId: subscription.rackId,
  })
  return versioned(highest.subscription, body)
}

/** @throws KafkaError when the bytes are no subscription */
export function decodeSubscription(bytes: Uint8Array): MemberSubscription {
  const version = Math.min(versionOf(bytes), highest.subscription)
  const { topics, userData, ownedPartitions, generationId, rackId } = decode(
    ConsumerProtocolSubscription,
    version,
    bytes,
    2,
  )
  return { topics, userData, ownedPartitions: flat(ownedPartitions), generationId, rackId }
}

export function encodeAssignment({ partitions, userData }: MemberAssignment): Uint8Array {
  const body = encode(ConsumerProtocolAssignment, highest.assignment, {
    assignedPartitions: grouped(partitions),
    userData,
  })
  return versioned(highest.assignment, body)
}

/** @throws KafkaError when the bytes are no assignment */
export function decodeAssignment(bytes: Uint8Array): MemberAssignment {
  const version = Math.min(versionOf(bytes), highest.assignment)
  const { assignedPartitions, userData } = decode(ConsumerProtocolAssignment, version, bytes, 2)
  return { partitions: flat(assignedPartitions), userData }
}

function versionOf(bytes: Uint8Array): number {
  const version = bytes.length < 2 ? -1 : (bytes[0]! << 8) | bytes[1]!
  if (version < 0 || version > 0x7fff) {
    throw KafkaError.client('MALFORMED_RESPONSE', 'These bytes do not belong to the consumer protocol.')
  }
  return version
}

function versioned(version: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(2 + body.length)
  bytes[0] = version >> 8
  bytes[1] = version & 0xff
  bytes.set(body, 2)
  return bytes
}

const byTopicAndPartition = (a: TopicPartition, b: TopicPartition): number =>
  a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition

function grouped(partitions: readonly TopicPartition[]) {
  return Array.from(byTopic(partitions), ([topic, list]) => ({
    topic,
    partitions: list.map(({ partition }) => partition),
  }))
}

function flat(topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[]): TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })))
}

/**
 * WriteTxnMarkers (key 27): from the transaction coordinator to the leaders of a transaction's partitions, and from
 * administrators who abort a transaction that nobody ends any more (KIP-664).
 *
 * Versions: 1 flexible; 2 the generation of the transaction protocol (KIP-1228).
 */
import { mapInTurns } from '@milena/coordinator'
import { Errors, WriteTxnMarkersRequest, WriteTxnMarkersResponse } from '@milena/protocol/messages'
import type { Input } from '@milena/protocol/messages'
import type { TopicPartition } from '@milena/storage'
import type { MarkerResult } from '../replica/transaction-markers.ts'
import { handler } from '../request/handler.ts'

type Marker = WriteTxnMarkersRequest['markers'][number]
type Response = Input<typeof WriteTxnMarkersResponse>

export const writeTxnMarkers = handler(WriteTxnMarkersRequest, WriteTxnMarkersResponse, {
  versions: { min: 1, max: 2 },
  handle: async ({ markers }, { services }) => {
    const isThere = ({ topic, partition }: TopicPartition) =>
      services.replicas.partition(topic, partition) !== undefined
    const impossible = markers.findIndex((marker) => !isPossible(marker) && partitionsOf(marker).some(isThere))
    const possible = impossible === -1 ? markers : markers.slice(0, impossible)
    const results = await mapInTurns(services.clock, possible, async (marker) => ({
      marker,
      results: await services.transactionMarkers.write({
        producerId: marker.producerId,
        producerEpoch: marker.producerEpoch,
        coordinatorEpoch: marker.coordinatorEpoch,
        isCommit: marker.transactionResult,
        transactionVersion: marker.transactionVersion,
        partitions: partitionsOf(marker),
      }),
    }))
    // Of a marker of no partition there is nothing to tell.
    const told = results.filter((each) => each.results.length > 0)
    return impossible === -1 ? response(told) : refusal(markers, Errors.UNKNOWN_SERVER_ERROR.code)
  },
  errorResponse: ({ error }, { markers }) => refusal(markers, error.code),
})

/**
 * A batch without a producer is none. As in Kafka, such a marker ends the request: what stands before it is written,
 * what stands behind it is not, and the answer is one error for all.
 */
function isPossible({ producerId, producerEpoch }: Marker): boolean {
  return producerId >= 0 && producerEpoch >= 0
}

/** Of markers of one producer the last is answered, even when it is of no partition. */
function refusal(markers: readonly Marker[], errorCode: number): Response {
  const last = new Map(markers.map((marker) => [marker.producerId, marker]))
  return response(
    Array.from(last.values(), (marker) => ({
      marker,
      results: partitionsOf(marker).map((place) => ({ ...place, errorCode })),
    })),
  )
}

/** Each once. */
function partitionsOf({ topics }: Marker): TopicPartition[] {
  const indexes = new Map<string, Set<number>>()
  for (const { name, partitionIndexes } of topics) {
    const own = indexes.get(name) ?? new Set<number>()
    for (const index of partitionIndexes) own.add(index)
    indexes.set(name, own)
  }
  return Array.from(indexes).flatMap(([topic, own]) => Array.from(own, (partition) => ({ topic, partition })))
}

/** As in Kafka, a producer and a topic stand there once, however many markers name them; the last word counts. */
function response(
  answers: readonly { readonly marker: Marker; readonly results: readonly MarkerResult[] }[],
): Response {
  const byProducer = new Map<number, Map<string, Map<number, number>>>()
  for (const { marker, results } of answers) {
    const topics = byProducer.get(marker.producerId) ?? new Map<string, Map<number, number>>()
    byProducer.set(marker.producerId, topics)
    for (const { topic, partition, errorCode } of results) {
      const partitions = topics.get(topic) ?? new Map<number, number>()
      topics.set(topic, partitions.set(partition, errorCode))
    }
  }
  return {
    markers: Array.from(byProducer, ([producerId, topics]) => ({
      producerId,
      topics: Array.from(topics, ([name, partitions]) => ({
        name,
        partitions: Array.from(partitions, ([partitionIndex, errorCode]) => ({ partitionIndex, errorCode })),
      })),
    })),
  }
}

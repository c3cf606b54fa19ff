/**
 * WriteTxnMarkers (key 27): from the transaction coordinator to the leaders of a transaction's partitions, and from
 * administrators who abort a transaction that nobody ends any more (KIP-664).
 *
 * Versions: 1 flexible; 2 the generation of the transaction protocol (KIP-1228).
 */
import { WriteTxnMarkersRequest, WriteTxnMarkersResponse } from '@milena/protocol/messages'
import type { Input } from '@milena/protocol/messages'
import type { MarkerResult } from '../replica/transaction-markers.ts'
import { handler } from '../request/handler.ts'

type Marker = WriteTxnMarkersRequest['markers'][number]
type Response = Input<typeof WriteTxnMarkersResponse>

export const writeTxnMarkers = handler(WriteTxnMarkersRequest, WriteTxnMarkersResponse, {
  versions: { min: 1, max: 2 },
  handle: async ({ markers }, { services }) => {
    const results = await Promise.all(
      markers.map(async (marker) => ({
        marker,
        results: await services.transactionMarkers.write({
          producerId: marker.producerId,
          producerEpoch: marker.producerEpoch,
          coordinatorEpoch: marker.coordinatorEpoch,
          isCommit: marker.transactionResult,
          transactionVersion: marker.transactionVersion,
          partitions: partitionsOf(marker),
        }),
      })),
    )
    return response(results)
  },
  errorResponse: ({ error }, { markers }) =>
    response(
      markers.map((marker) => ({
        marker,
        results: partitionsOf(marker).map((place) => ({ ...place, errorCode: error.code })),
      })),
    ),
})

function partitionsOf({ topics }: Marker): { topic: string; partition: number }[] {
  return topics.flatMap(({ name, partitionIndexes }) =>
    [...new Set(partitionIndexes)].map((partition) => ({ topic: name, partition })),
  )
}

/** As in Kafka, a producer and a topic stand there once, however many markers name them; the last word counts. */
function response(
  answers: readonly { readonly marker: Marker; readonly results: readonly MarkerResult[] }[],
): Response {
  const byProducer = new Map<number, Map<string, Map<number, number>>>()
  for (const { marker, results } of answers) {
    if (results.length === 0) continue
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

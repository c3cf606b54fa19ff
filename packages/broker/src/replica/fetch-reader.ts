/**
 * Reads what a fetch asks for, partition after partition, within its limits (KIP-74): the bytes of the whole response,
 * and of each partition. Both are soft: the first batch that is found is given whole, so that no batch is too large to
 * be consumed.
 */
import { Errors, ZERO_UUID } from '@milena/protocol/messages'
import type { KafkaError } from '@milena/protocol/messages'
import { toApiError } from '../request/api-error.ts'
import type { FetchPartition, FetchResult } from './fetch-partition.ts'
import type { Partition } from './partition.ts'
import type { ReplicaManager } from './replica-manager.ts'

/** As in Kafka, which sorts them out before it reads, first by the id and then by the name. */
const sortedOut: readonly (KafkaError | undefined)[] = [Errors.UNKNOWN_TOPIC_ID, Errors.UNKNOWN_TOPIC_OR_PARTITION]
const NO_SLICES: readonly Uint8Array[] = []

export interface FetchReadOptions {
  readonly replicas: ReplicaManager
  /** For the whole response. */
  readonly maxBytes: number
  readonly isReadCommitted: boolean
  /** The request asked for fewer than no bytes. */
  readonly isSizeNegative: boolean
}

export interface FetchRead {
  readonly results: FetchResult[]
  readonly sizeInBytes: number
  /** Something is to be told at once: an error, or a log that diverged. */
  readonly isUrgent: boolean
}

/** Never rejects: what goes wrong with a partition is its result. */
export async function readPartitions(
  partitions: readonly FetchPartition[],
  options: FetchReadOptions,
): Promise<FetchRead> {
  const results: FetchResult[] = []
  let sizeInBytes = 0
  let isUrgent = false
  for (const request of partitions) {
    const bytesLeft = Math.max(0, options.maxBytes - sizeInBytes)
    // Most partitions of a long list have nothing new: they cost no turn of the event loop.
    const result = readNothing(request, options) ?? (await readData(request, options, bytesLeft, sizeInBytes === 0))
    results.push(result)
    sizeInBytes += result.sizeInBytes
    isUrgent ||= result.error !== undefined || result.divergingEpoch !== undefined
  }
  // What is not known stands behind the rest.
  if (isUrgent) results.sort((left, right) => sortedOut.indexOf(left.error) - sortedOut.indexOf(right.error))
  return { results, sizeInBytes, isUrgent }
}

/** The partition of a fetch, or why it cannot be read. */
export function findPartition(
  request: FetchPartition,
  replicas: ReplicaManager,
): { readonly partition: Partition } | { readonly error: KafkaError } {
  if (request.topic === null) return { error: Errors.UNKNOWN_TOPIC_ID }
  const partition = replicas.partition(request.topic, request.partition)
  if (partition === undefined) return { error: Errors.UNKNOWN_TOPIC_OR_PARTITION }
  // Between the lookup of the name and now the topic was deleted and made anew.
  if (request.topicId !== ZERO_UUID && request.topicId !== partition.topicId) {
    return { error: Errors.INCONSISTENT_TOPIC_ID }
  }
  const error = partition.leadershipError(request.currentLeaderEpoch)
  return error === undefined ? { partition } : { error }
}

/** The result where no data needs to be read; undefined where there is some. */
function readNothing(
  request: FetchPartition,
  { replicas, isReadCommitted }: FetchReadOptions,
): FetchResult | undefined {
  const found = findPartition(request, replicas)
  if ('error' in found) return failed(request, found.error)
  const { partition } = found
  const { fetchOffset, lastFetchedEpoch } = request
  if (lastFetchedEpoch !== -1) {
    const end = partition.endOffsetForEpoch(lastFetchedEpoch)
    if (end.leaderEpoch === -1 || end.endOffset === -1) return failed(request, Errors.OFFSET_OUT_OF_RANGE)
    if (end.leaderEpoch < lastFetchedEpoch || end.endOffset < fetchOffset) {
      const divergingEpoch = { epoch: end.leaderEpoch, endOffset: end.endOffset }
      return { ...told(request, partition, isReadCommitted), divergingEpoch }
    }
  }
  if (fetchOffset < partition.logStartOffset || fetchOffset > partition.logEndOffset) {
    return failed(request, Errors.OFFSET_OUT_OF_RANGE)
  }
  if (fetchOffset >= visibleEnd(partition, isReadCommitted)) return told(request, partition, isReadCommitted)
  return undefined
}

async function readData(
  request: FetchPartition,
  { replicas, isReadCommitted, isSizeNegative }: FetchReadOptions,
  bytesLeft: number,
  minOneMessage: boolean,
): Promise<FetchResult> {
  const found = findPartition(request, replicas)
  if ('error' in found) return failed(request, found.error)
  // Where there is nothing to read, Kafka does not notice that the size cannot be.
  if (isSizeNegative || request.maxBytes < 0) return failed(request, Errors.UNKNOWN_SERVER_ERROR)
  const { partition } = found
  // Taken before the read: what is told may be older than the data, never newer.
  const result = told(request, partition, isReadCommitted)
  const maxBytes = Math.min(bytesLeft, request.maxBytes)
  if (partition.log === undefined || (maxBytes === 0 && !minOneMessage)) return result
  try {
    const maxOffset = visibleEnd(partition, isReadCommitted)
    const { log } = partition
    for (;;) {
      const { revision } = log.compaction
      const { slices, sizeInBytes, nextOffset } = await log.read(request.fetchOffset, {
        maxBytes,
        maxOffset,
        minOneMessage,
      })
      if (!isReadCommitted) return { ...result, records: slices, sizeInBytes }
      const aborted = await log.abortedTransactions(request.fetchOffset, nextOffset)
      // Records that were aborted may have been cleaned away meanwhile, and with them what is known of it.
      if (log.compaction.revision !== revision) continue
      const abortedTransactions = aborted.map(({ producerId, firstOffset }) => ({ producerId, firstOffset }))
      return { ...result, records: slices, sizeInBytes, abortedTransactions }
    }
  } catch (error) {
    return failed(request, toApiError(error).error)
  }
}

function visibleEnd(partition: Partition, isReadCommitted: boolean): number {
  return isReadCommitted ? partition.lastStableOffset : partition.highWatermark
}

function told(request: FetchPartition, partition: Partition, isReadCommitted: boolean): FetchResult {
  return {
    request,
    error: undefined,
    highWatermark: partition.highWatermark,
    lastStableOffset: partition.lastStableOffset,
    logStartOffset: partition.logStartOffset,
    divergingEpoch: undefined,
    abortedTransactions: isReadCommitted ? [] : null,
    records: NO_SLICES,
    sizeInBytes: 0,
  }
}

function failed(request: FetchPartition, error: KafkaError): FetchResult {
  return {
    request,
    error,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    divergingEpoch: undefined,
    // As Kafka says it: of what it does not know, that there are none; of what it cannot read, nothing.
    abortedTransactions: sortedOut.includes(error) ? [] : null,
    records: NO_SLICES,
    sizeInBytes: 0,
  }
}

import { Errors } from '@milena/protocol/messages'
import type { KafkaError, ProduceRequest } from '@milena/protocol/messages'
import { compressionId, LOG_OVERHEAD, RECORD_BATCH_OVERHEAD } from '@milena/records'
import type { Appended, AppendOptions, AppendRefused } from '@milena/storage'
import type { Partition } from '../replica/partition.ts'

/** One batch of the request on its way. */
export interface ProduceEntry {
  readonly topic: ProduceRequest['topicData'][number]
  readonly index: number
  readonly bytes: Uint8Array | null
  /** Undefined once it is clear that nothing will be appended. */
  partition: Partition | undefined
  error: KafkaError | undefined
  errorMessage: string | null
  recordErrors: readonly { readonly batchIndex: number; readonly message: string }[]
  appended: Appended | undefined
  /** Another one for the same partition that has not the form of a batch: it is what is answered. */
  readonly refusedTwin: ProduceEntry | undefined
  /** Of a transactional batch: what its log gave out before the transaction's coordinator was asked. */
  verification?: AppendOptions['verification']
  /** -1 unless the log itself has answered. */
  logStartOffset: number
}

/**
 * The batches of a request, in its order. Of several for one partition the last that has the form of a batch counts, as
 * in Kafka; where one has not, the answer is of that one.
 */
export function entriesOf(request: ProduceRequest, apiVersion: number): ProduceEntry[] {
  const entries = allEntries(request)
  if (entries.length === 1) return entries
  const topics = new Map<string, ProduceEntry['topic']>()
  const byPartition = new Map<string, ProduceEntry>()
  for (const entry of entries) {
    const { name, topicId } = entry.topic
    const key = `${name} ${topicId}`
    const topic = topics.get(key) ?? entry.topic
    topics.set(key, topic)
    const before = byPartition.get(`${key} ${entry.index}`)
    const own = { ...entry, topic }
    byPartition.set(`${key} ${entry.index}`, before === undefined ? own : ofTwins(before, own, apiVersion))
  }
  return [...byPartition.values()]
}

function ofTwins(before: ProduceEntry, entry: ProduceEntry, apiVersion: number): ProduceEntry {
  // No records at all pass the check of their form in Kafka.
  if (before.bytes === null) return { ...entry, refusedTwin: before.refusedTwin }
  const [refusedBefore, refused] = [before, entry].map((each) => withRefusalOfForm(each, apiVersion))
  if (refused === undefined) return { ...entry, refusedTwin: before.refusedTwin ?? refusedBefore }
  return refusedBefore === undefined ? { ...before, refusedTwin: refused } : entry
}

function withRefusalOfForm(entry: ProduceEntry, apiVersion: number): ProduceEntry | undefined {
  const error = refusalOfForm(entry.bytes, apiVersion)
  return error === undefined ? undefined : { ...entry, error }
}

function allEntries(request: ProduceRequest): ProduceEntry[] {
  return request.topicData.flatMap((topic) =>
    topic.partitionData.map(({ index, records }) => ({
      topic,
      index,
      bytes: records,
      partition: undefined,
      error: undefined,
      errorMessage: null,
      recordErrors: [],
      appended: undefined,
      refusedTwin: undefined,
      logStartOffset: -1,
    })),
  )
}

/** Nothing will be appended, and this is why. */
export function refuse(entry: ProduceEntry, error: KafkaError): void {
  entry.error = error
  entry.partition = undefined
}

/** The log itself has refused the batch. */
export function refuseByLog(entry: ProduceEntry, partition: Partition, refusal: AppendRefused): void {
  refuse(entry, refusal.error)
  if (!isJudgedBeforeTheLog(refusal.error, entry.bytes)) entry.logStartOffset = partition.logStartOffset
  // As Kafka: a message only where it says more than the error, of which record it is.
  entry.errorMessage = refusal.recordErrors.length > 0 ? refusal.message : null
  entry.recordErrors = refusal.recordErrors
}

/** Below the fields that every format of batch has, up to its magic. */
const LEAST_BATCH_LENGTH = 14

/** What Kafka says when the first batch cannot even be told from what follows; null for what is wrong inside of it. */
export function framingProblem(bytes: Uint8Array | null): string | null {
  if (bytes === null || bytes.length < LOG_OVERHEAD) return null
  const length = lengthOf(bytes)
  if (length < LEAST_BATCH_LENGTH) return `A batch of ${length} bytes is shorter than its header.`
  const magic = bytes[MAGIC_OFFSET]
  return magic !== undefined && magic > 2 ? `There is no batch of magic ${magic}.` : null
}

/** Whether the first batch is there up to its end. */
export function isWhole(bytes: Uint8Array): boolean {
  return bytes.length > MAGIC_OFFSET && lengthOf(bytes) + LOG_OVERHEAD <= bytes.length
}

const MAGIC_OFFSET = 16

function lengthOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(8)
}

const JUDGED_BEFORE_THE_LOG: ReadonlySet<KafkaError> = new Set([
  Errors.CORRUPT_MESSAGE,
  Errors.KAFKA_STORAGE_ERROR,
  Errors.MESSAGE_TOO_LARGE,
  Errors.NOT_LEADER_OR_FOLLOWER,
  Errors.RECORD_LIST_TOO_LARGE,
  Errors.UNKNOWN_TOPIC_OR_PARTITION,
  Errors.UNSUPPORTED_COMPRESSION_TYPE,
])

/** What is refused without a log: anything but one batch of magic 2, and zstd before its version. */
export function refusalOfForm(bytes: Uint8Array | null, apiVersion: number): KafkaError | undefined {
  if (framingProblem(bytes) !== null) return Errors.CORRUPT_MESSAGE
  if (bytes === null || bytes.length < RECORD_BATCH_OVERHEAD) return Errors.INVALID_RECORD
  const isZstd = bytes[MAGIC_OFFSET] === 2 && (bytes[22]! & COMPRESSION_MASK) === compressionId('zstd')
  if (isZstd && apiVersion < FIRST_VERSION_WITH_ZSTD) return Errors.UNSUPPORTED_COMPRESSION_TYPE
  return isOneBatch(bytes) ? undefined : Errors.INVALID_RECORD
}

const COMPRESSION_MASK = 0x07
const FIRST_VERSION_WITH_ZSTD = 7

/** Kafka tells the log's start only with errors that the log itself has found, not with those of the bytes' shape. */
function isJudgedBeforeTheLog(error: KafkaError, bytes: Uint8Array | null): boolean {
  return JUDGED_BEFORE_THE_LOG.has(error) || !isOneBatch(bytes)
}

/** One batch of magic 2, neither more nor less, by what its header says. */
function isOneBatch(bytes: Uint8Array | null): boolean {
  if (bytes === null || bytes.length < RECORD_BATCH_OVERHEAD) return false
  return lengthOf(bytes) + LOG_OVERHEAD === bytes.length && bytes[MAGIC_OFFSET] === 2
}

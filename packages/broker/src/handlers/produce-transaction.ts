/**
 * What a transactional produce request needs before its batches may be appended (KIP-890): the consent of the
 * transaction's coordinator, for each partition in which the producer has no transaction open. Up to version 11 the
 * coordinator verifies that the client has added the partition; from version 12 on it adds it.
 */
import { Errors, errorByCode } from '@milena/protocol/messages'
import type { KafkaError, ProduceRequest } from '@milena/protocol/messages'
import { RecordBatch } from '@milena/records'
import { clientContext } from '../coordinators/client-context.ts'
import type { Partition } from '../replica/partition.ts'
import { ApiError } from '../request/api-error.ts'
import type { RequestContext } from '../request/handler.ts'
import { framingProblem, isWhole, refusalOfForm, refuse } from './produce-entry.ts'
import type { ProduceEntry } from './produce-entry.ts'

const FIRST_VERSION_WITH_TRANSACTION_ABORTABLE = 11
const FIRST_VERSION_THAT_ADDS = 12

interface TransactionalEntry {
  readonly entry: ProduceEntry
  readonly partition: Partition
  readonly batch: RecordBatch
}

/**
 * Whether a batch of the request belongs to a transaction. As in Kafka (RequestUtils.hasTransactionalRecords) the batches
 * are looked at in their order until one does, and one of which not even the frame can be read fails the whole request.
 */
export function hasTransactionalBatch({ topicData }: ProduceRequest): boolean {
  for (const { partitionData } of topicData) {
    for (const { records } of partitionData) {
      const problem = framingProblem(records)
      if (problem !== null) throw new ApiError(Errors.CORRUPT_MESSAGE, problem)
      if (records !== null && isWhole(records) && isTransactionalBatch(records)) return true
    }
  }
  return false
}

/** Bit 4 of the attributes, the last byte of which is at offset 22, of a batch of magic 2. */
function isTransactionalBatch(bytes: Uint8Array): boolean {
  return bytes[16] === 2 && (bytes[22]! & 0x10) !== 0
}

/** The entries whose batches belong to a transaction, of those that may be appended at all. */
export function transactionalEntries(entries: readonly ProduceEntry[], apiVersion: number): TransactionalEntry[] {
  return entries.flatMap((entry) => {
    const { partition, bytes } = entry
    if (partition === undefined || bytes === null || !isTransactionalBatch(bytes)) return []
    if (refusalOfForm(bytes, apiVersion) !== undefined) return []
    const batch = RecordBatch.at(bytes)
    return batch.producerId < 0 ? [] : [{ entry, partition, batch }]
  })
}

/** Throws when batches of several producers are in one request: a transaction has one. */
export function checkOneProducer(transactional: readonly TransactionalEntry[]): void {
  const producers = new Set(transactional.map(({ batch }) => `${batch.producerId} ${batch.producerEpoch}`))
  if (producers.size > 1) {
    throw new ApiError(Errors.INVALID_PRODUCER_ID_MAPPING, 'Transactional records contained more than one producer ID')
  }
}

/**
 * Asks the coordinator where it must be asked, and refuses the entries that it does not let in. The logs are open.
 */
export async function verifyTransaction(
  transactional: readonly TransactionalEntry[],
  { transactionalId }: ProduceRequest,
  context: RequestContext,
): Promise<void> {
  const { apiVersion, services } = context
  const isVerifying = services.replicas.config.get('transaction.partition.verification.enable')
  const isAdding = apiVersion >= FIRST_VERSION_THAT_ADDS
  const first = transactional[0]
  if (first === undefined || transactionalId === null || (!isVerifying && !isAdding)) return
  const asked = transactional.filter((each) => mustAsk(each, isVerifying, isAdding))
  if (asked.length === 0) return
  const { producerId, producerEpoch } = first.batch
  const errorOf = await services.transactions.verifyOrAddPartitions(
    {
      transactionalId,
      producerId,
      producerEpoch,
      partitions: asked.map(({ partition }) => partition.topicPartition),
      verifyOnly: !isAdding,
    },
    clientContext(context),
  )
  for (const { entry, partition } of asked) {
    const error = errorByCode(errorOf(partition.topicPartition)) ?? Errors.UNKNOWN_SERVER_ERROR
    if (error !== Errors.NONE) refuseByCoordinator(entry, error, apiVersion)
  }
}

/** Begins the verification in the partition's log, unless the transaction is open there. */
function mustAsk({ entry, partition, batch }: TransactionalEntry, isVerifying: boolean, isAdding: boolean): boolean {
  const { producerId, producerEpoch, baseSequence } = batch
  const started = partition.log?.startVerification({
    producerId,
    producerEpoch,
    baseSequence,
    supportsEpochBump: isAdding,
  })
  if (started === 'INVALID_PRODUCER_EPOCH') {
    refuse(entry, Errors.INVALID_PRODUCER_EPOCH)
    return false
  }
  if (isVerifying) entry.verification = { guard: started }
  return started !== undefined
}

function refuseByCoordinator(entry: ProduceEntry, error: KafkaError, apiVersion: number): void {
  const isUnderstood = apiVersion >= FIRST_VERSION_WITH_TRANSACTION_ABORTABLE
  const known = error === Errors.TRANSACTION_ABORTABLE && !isUnderstood ? Errors.INVALID_TXN_STATE : error
  if (known === Errors.INVALID_TXN_STATE) {
    refuse(entry, known)
    entry.errorMessage = 'Partition was not added to the transaction'
  } else if (RETRIED.has(known)) {
    // Clients try this one again, without looking for another leader first.
    refuse(entry, Errors.NOT_ENOUGH_REPLICAS)
    entry.errorMessage = `Unable to verify the partition has been added to the transaction. Underlying error: ${known.name}`
  } else if (known === Errors.PRODUCER_FENCED) {
    // What a log says to a producer whose epoch is over, and what producers expect of Produce.
    refuse(entry, Errors.INVALID_PRODUCER_EPOCH)
  } else {
    refuse(entry, known)
  }
}

const RETRIED: ReadonlySet<KafkaError> = new Set([
  Errors.CONCURRENT_TRANSACTIONS,
  Errors.COORDINATOR_LOAD_IN_PROGRESS,
  Errors.COORDINATOR_NOT_AVAILABLE,
  Errors.NETWORK_EXCEPTION,
  Errors.NOT_COORDINATOR,
])

import {
  partitionKey,
  valuesOf,
  type ProducerState,
  type TopicPartition,
  type TransactionDescription,
} from '@milena/client'
import { javaHashOrder, javaLongHash, topicPartitionHash } from '../java-hash-order.ts'
import { longText } from '../message-json.ts'
import { ToolExit } from '../options/option-error.ts'
import { formatTable } from '../table.ts'
import { print } from '../tool-io.ts'
import { orExit, type TransactionsService } from './transactions-service.ts'

/** How many partitions or topics are asked about in one request. */
const maxBatchSize = 500

/** A transaction that is open in a partition. */
export interface OpenTransaction extends TopicPartition {
  readonly producer: ProducerState
}

/** Transactions that have been open for longer than any may last, and that no coordinator is going to end. */
export async function findHanging(service: TransactionsService): Promise<void> {
  const { admin, parsed, io } = service
  if (!parsed.has('topic') && !parsed.has('broker-id')) {
    throw new ToolExit(
      1,
      'The `find-hanging` command requires either --topic or --broker-id to limit the scope of the search',
    )
  }
  if (parsed.has('partition') && !parsed.has('topic')) {
    throw new ToolExit(1, 'The --partition argument requires --topic to be provided')
  }
  const candidates = await openTransactions(service, await partitionsToSearch(service))
  const hanging = candidates.length === 0 ? [] : await withoutCoordinator(service, candidates)
  const headers = [
    'Topic',
    'Partition',
    'ProducerId',
    'ProducerEpoch',
    'CoordinatorEpoch',
    'StartOffset',
    'LastTimestamp',
    'Duration(min)',
  ]
  const nowMs = admin.client.clock.nowMs()
  const rows = hanging.map(({ topic, partition, producer }) => [
    topic,
    partition,
    longText(producer.producerId),
    producer.producerEpoch,
    producer.coordinatorEpoch,
    longText(producer.transactionStartOffset ?? -1),
    longText(producer.lastTimestamp),
    Math.trunc((nowMs - producer.lastTimestamp) / 60_000),
  ])
  for (const line of formatTable(headers, rows)) print(io.stdout, line)
}

async function partitionsToSearch({ admin, parsed }: TransactionsService): Promise<readonly TopicPartition[]> {
  const topic = parsed.text('topic')
  const partition = parsed.number('partition')
  const brokerId = parsed.number('broker-id')
  if (topic !== undefined && partition !== undefined) return [{ topic, partition }]
  const topics =
    topic === undefined
      ? await orExit('Failed to list topics', async () =>
          (await admin.listTopics({ listInternal: true })).map(({ name }) => name),
        )
      : [topic]
  const found: TopicPartition[] = []
  for (const batch of batches(topics)) {
    const described = await orExit(`Failed to describe ${batch.length} topics`, async () =>
      valuesOf(await admin.describeTopics(batch)),
    )
    for (const { name, partitions } of described.values()) {
      for (const each of partitions) {
        if (brokerId === undefined || each.replicas.includes(brokerId)) {
          found.push({ topic: name, partition: each.partition })
        }
      }
    }
  }
  return found
}

async function openTransactions(
  { admin, parsed }: TransactionsService,
  partitions: readonly TopicPartition[],
): Promise<readonly OpenTransaction[]> {
  const brokerId = parsed.number('broker-id')
  const maxDurationMs = parsed.number('max-transaction-timeout')! * 60_000
  const open: OpenTransaction[] = []
  for (const batch of batches(partitions)) {
    const brokerText = brokerId === undefined ? 'Optional.empty' : `Optional[${brokerId}]`
    const described = await orExit(
      `Failed to describe producers for ${batch.length} partitions on broker ${brokerText}`,
      async () => valuesOf(await admin.describeProducers(batch, brokerId === undefined ? {} : { brokerId })),
    )
    const nowMs = admin.client.clock.nowMs()
    for (const { topic, partition } of javaHashOrder(batch, topicPartitionHash)) {
      for (const producer of described.get(partitionKey({ topic, partition }))!) {
        const isOpen = producer.transactionStartOffset !== undefined
        if (isOpen && nowMs - producer.lastTimestamp > maxDurationMs) open.push({ topic, partition, producer })
      }
    }
  }
  return open
}

async function withoutCoordinator(
  { admin }: TransactionsService,
  candidates: readonly OpenTransaction[],
): Promise<readonly OpenTransaction[]> {
  const producerIds = Array.from(new Set(candidates.map(({ producer }) => producer.producerId)))
  const listings = await orExit(`Failed to list transactions for ${producerIds.length} producers`, () =>
    admin.listTransactions({ producerIds }),
  )
  const ids = new Map(
    Array.from(listings.values())
      .flat()
      .filter(({ producerId }) => producerIds.includes(producerId))
      .map(({ producerId, transactionalId }) => [producerId, transactionalId]),
  )
  const descriptions = await orExit(`Failed to describe ${ids.size} transactions`, async () => {
    const found = new Map<string, TransactionDescription>()
    for (const [transactionalId, outcome] of await admin.describeTransactions(Array.from(new Set(ids.values())))) {
      if (outcome.ok) found.set(transactionalId, outcome.value)
      else if (outcome.error.name !== 'TRANSACTIONAL_ID_NOT_FOUND') throw outcome.error
    }
    return found
  })
  return hangingOf(candidates, (producerId) => descriptions.get(ids.get(producerId) ?? ''))
}

/**
 * A coordinator names the partitions of a transaction until it has written the marker into them: an open transaction
 * in one that it does not name is never going to end.
 */
export function hangingOf(
  candidates: readonly OpenTransaction[],
  descriptionOf: (producerId: number) => TransactionDescription | undefined,
): readonly OpenTransaction[] {
  const byProducer = new Map<number, OpenTransaction[]>()
  for (const candidate of candidates) {
    const { producerId } = candidate.producer
    byProducer.set(producerId, [...(byProducer.get(producerId) ?? []), candidate])
  }
  return javaHashOrder(byProducer.keys(), javaLongHash).flatMap((producerId) => {
    const known = new Set(descriptionOf(producerId)?.partitions.map(partitionKey))
    return byProducer.get(producerId)!.filter((each) => !known.has(partitionKey(each)))
  })
}

function* batches<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let at = 0; at < items.length; at += maxBatchSize) yield items.slice(at, at + maxBatchSize)
}

import { partitionKey, valuesOf } from '@milena/client'
import { javaHashOrder, topicPartitionHash } from '../java-hash-order.ts'
import { longText } from '../message-json.ts'
import { formatTable } from '../table.ts'
import { print } from '../tool-io.ts'
import { orExit, type TransactionsService } from './transactions-service.ts'

/** States of transactions; one of a later Kafka is `Unknown`. */
const states = [
  'Ongoing',
  'PrepareAbort',
  'PrepareCommit',
  'CompleteAbort',
  'CompleteCommit',
  'Empty',
  'PrepareEpochFence',
]

const stateName = (state: string): string => (states.includes(state) ? state : 'Unknown')

export async function listTransactions({ admin, parsed, io }: TransactionsService): Promise<void> {
  const minDurationMs = parsed.number('duration-filter')
  const pattern = parsed.text('transactional-id-pattern') ?? ''
  const byBroker = await orExit('Failed to list transactions', () =>
    admin.listTransactions({
      ...(minDurationMs !== undefined && { minDurationMs }),
      ...(pattern !== '' && { transactionalIdPattern: pattern }),
    }),
  )
  const rows = javaHashOrder(byBroker.keys(), (id) => id).flatMap((brokerId) =>
    byBroker
      .get(brokerId)!
      .map(({ transactionalId, producerId, state }) => [
        transactionalId,
        brokerId,
        longText(producerId),
        stateName(state),
      ]),
  )
  const headers = ['TransactionalId', 'Coordinator', 'ProducerId', 'TransactionState']
  for (const line of formatTable(headers, rows)) print(io.stdout, line)
}

export async function describeTransaction({ admin, parsed, io }: TransactionsService): Promise<void> {
  const transactionalId = parsed.text('transactional-id')!
  const described = await orExit(
    `Failed to describe transaction state of transactional-id \`${transactionalId}\``,
    async () => valuesOf(await admin.describeTransactions([transactionalId])).get(transactionalId)!,
  )
  const { startTimeMs } = described
  const headers = [
    'CoordinatorId',
    'TransactionalId',
    'ProducerId',
    'ProducerEpoch',
    'TransactionState',
    'TransactionTimeoutMs',
    'CurrentTransactionStartTimeMs',
    'TransactionDurationMs',
    'TopicPartitions',
  ]
  const row = [
    described.coordinatorId,
    transactionalId,
    longText(described.producerId),
    described.producerEpoch,
    stateName(described.state),
    described.timeoutMs,
    startTimeMs ?? 'None',
    startTimeMs === undefined ? 'None' : admin.client.clock.nowMs() - startTimeMs,
    javaHashOrder(described.partitions, topicPartitionHash).map(partitionKey).join(','),
  ]
  for (const line of formatTable(headers, [row])) print(io.stdout, line)
}

export async function describeProducers({ admin, parsed, io }: TransactionsService): Promise<void> {
  const at = { topic: parsed.text('topic')!, partition: parsed.number('partition')! }
  const brokerId = parsed.number('broker-id')
  const whom = brokerId === undefined ? 'leader' : `broker ${brokerId}`
  const producers = await orExit(
    `Failed to describe producers for partition ${partitionKey(at)} on ${whom}`,
    async () =>
      valuesOf(await admin.describeProducers([at], brokerId === undefined ? {} : { brokerId })).get(partitionKey(at))!,
  )
  const headers = [
    'ProducerId',
    'ProducerEpoch',
    'LatestCoordinatorEpoch',
    'LastSequence',
    'LastTimestamp',
    'CurrentTransactionStartOffset',
  ]
  const rows = producers.map((producer) => [
    longText(producer.producerId),
    producer.producerEpoch,
    producer.coordinatorEpoch,
    producer.lastSequence,
    longText(producer.lastTimestamp),
    producer.transactionStartOffset === undefined ? 'None' : longText(producer.transactionStartOffset),
  ])
  for (const line of formatTable(headers, rows)) print(io.stdout, line)
}

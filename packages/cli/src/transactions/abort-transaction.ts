import { partitionKey, valuesOf, type AbortTransactionSpec, type TopicPartition } from '@milena/client'
import { ToolExit } from '../options/option-error.ts'
import { orExit, type TransactionsService } from './transactions-service.ts'

/** Ends a transaction in a partition, named by where it begins or by its producer. */
export async function abortTransaction(service: TransactionsService): Promise<void> {
  const { admin, parsed } = service
  const at = { topic: parsed.text('topic')!, partition: parsed.number('partition')! }
  const startOffset = parsed.number('start-offset')
  const spec = startOffset === undefined ? specOfProducer(service, at) : await specOfOffset(service, at, startOffset)
  await orExit(`Failed to abort transaction ${specText(spec)}`, () => admin.abortTransaction(spec))
}

function specOfProducer({ parsed }: TransactionsService, at: TopicPartition): AbortTransactionSpec {
  const producerId = parsed.number('producer-id')
  if (producerId === undefined) {
    throw new ToolExit(
      1,
      'The transaction to abort must be identified either with --start-offset (for brokers on 3.0 or above) or with --producer-id, --producer-epoch, and --coordinator-epoch (for older brokers)',
    )
  }
  const required = (name: string): number => {
    const value = parsed.number(name)
    if (value === undefined) throw new ToolExit(1, `Missing required argument --${name}`)
    return value
  }
  const producerEpoch = required('producer-epoch')
  // A producer that has never ended a transaction is shown with -1; no coordinator's epoch is below 0.
  return { ...at, producerId, producerEpoch, coordinatorEpoch: Math.max(0, required('coordinator-epoch')) }
}

async function specOfOffset(
  { admin }: TransactionsService,
  at: TopicPartition,
  startOffset: number,
): Promise<AbortTransactionSpec> {
  const key = partitionKey(at)
  const producers = await orExit(`Failed to validate producer state for partition ${key}`, async () =>
    valuesOf(await admin.describeProducers([at])).get(key)!,
  )
  const found = producers.find(({ transactionStartOffset }) => transactionStartOffset === startOffset)
  if (found === undefined) {
    throw new ToolExit(1, `Could not find any open transactions starting at offset ${startOffset} on partition ${key}`)
  }
  const { producerId, producerEpoch, coordinatorEpoch } = found
  return { ...at, producerId, producerEpoch, coordinatorEpoch: Math.max(0, coordinatorEpoch) }
}

const specText = (spec: AbortTransactionSpec): string =>
  `AbortTransactionSpec(topicPartition=${partitionKey(spec)}, producerId=${spec.producerId}, producerEpoch=${spec.producerEpoch}, coordinatorEpoch=${spec.coordinatorEpoch})`

export async function forceTerminate({ admin, parsed }: TransactionsService): Promise<void> {
  const transactionalId = parsed.text('transactionalId')!
  await orExit(`Failed to force terminate transactionalId \`${transactionalId}\``, () =>
    admin.forceTerminateTransaction(transactionalId),
  )
}

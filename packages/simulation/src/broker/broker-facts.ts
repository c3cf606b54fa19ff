import {
  ConsumerGroupDescribeRequest,
  ConsumerGroupDescribeResponse,
  DescribeTransactionsRequest,
  DescribeTransactionsResponse,
  Errors,
} from '@milena/protocol'
import { batches } from '@milena/records'
import { AnsweredWithError, nameOf } from './broker-client.ts'
import type { BrokerClient, Place } from './broker-client.ts'
import { CONFIG } from './broker-world.ts'
import type { BrokerWorld } from './broker-world.ts'

/** What a broker answers, by what it was asked. */
export type BrokerFacts = ReadonlyMap<string, string>

/** It says that it cannot tell. */
export const REFUSED = 'refused'

/** How a broker says that it cannot tell what it should, and not that it knows otherwise. */
const REFUSALS = new Set<number>([
  Errors.CORRUPT_MESSAGE.code,
  Errors.KAFKA_STORAGE_ERROR.code,
  Errors.LEADER_NOT_AVAILABLE.code,
  Errors.NOT_LEADER_OR_FOLLOWER.code,
  Errors.NOT_COORDINATOR.code,
  Errors.COORDINATOR_NOT_AVAILABLE.code,
  Errors.COORDINATOR_LOAD_IN_PROGRESS.code,
])

const SETTLE_MS = 2000
const GROUPS = 0
const TRANSACTIONS = 1

/** Asks a broker about everything that a history may have left in it. */
export async function brokerFacts(world: BrokerWorld): Promise<BrokerFacts> {
  const facts = new Map<string, string>()
  const ask = async (what: string, question: () => Promise<string>): Promise<void> => {
    facts.set(what, await world.waitFor(answerTo(question), `${what}: there is no answer`))
  }
  const client = world.client('facts')
  // What was decided before is carried out first: until then an answer depends on who is quicker.
  await world.clock.advanceAsync(SETTLE_MS)
  await world.fs.idle()
  await ask('the topics', async () => [...(await client.topics()).keys()].toSorted().join(' '))
  for (const [topic, { partitions, logs }] of world.model.topics) {
    await ask(topic, async () =>
      JSON.stringify([(await client.topics()).get(topic), await client.config(topic, CONFIG)]),
    )
    for (let partition = 0; partition < partitions; partition++) {
      for (const { offset, values } of logs.get(partition) ?? []) {
        if (offset === undefined) continue
        for (const [index] of values.entries()) await askForRecord(world, { topic, partition }, offset + index, ask)
      }
    }
  }
  for (const key of world.model.offsets.keys()) {
    const [groupId, place] = key.split(' ') as [string, string]
    const dash = place.lastIndexOf('-')
    const partition = { topic: place.slice(0, dash), partition: Number(place.slice(dash + 1)) }
    await ask(key, async () => String(await client.committedOffset(groupId, partition)))
  }
  for (const id of world.model.transactionalIds.keys()) await ask(id, () => describeTransaction(client, id))
  const groups = new Set([...world.model.members.keys()].map((key) => key.split(' ')[0]!))
  for (const groupId of groups) await ask(groupId, () => describeGroup(client, groupId))
  if (!world.queue.isKnown) return facts
  for (const [topic, { logs }] of world.model.topics) {
    for (const partition of logs.keys()) {
      const place = { topic, partition }
      // A partition of which the state cannot be read gives out nothing, as in Kafka, and says no more.
      await ask(`the queue of ${nameOf(place)}`, async () => (await world.queue.given(place)) || REFUSED)
    }
  }
  return facts
}

async function answerTo(question: () => Promise<string>): Promise<string> {
  try {
    return await question()
  } catch (error) {
    if (!(error instanceof AnsweredWithError)) throw error
    return REFUSALS.has(error.errorCode) ? REFUSED : `error ${error.errorCode}`
  }
}

async function askForRecord(
  world: BrokerWorld,
  place: Place,
  offset: number,
  ask: (what: string, question: () => Promise<string>) => Promise<void>,
): Promise<void> {
  for (const isCommitted of [false, true]) {
    await ask(`${nameOf(place)} at ${offset}${isCommitted ? ', committed' : ''}`, async () => {
      const answer = await world.client('facts').fetchOnce(place, offset, isCommitted)
      if (answer.errorCode !== 0) throw new AnsweredWithError('Fetch', answer.errorCode)
      for (const batch of answer.records === null ? [] : batches(answer.records)) {
        const isAborted = answer.abortedTransactions?.some(
          ({ producerId, firstOffset }) => producerId === batch.producerId && firstOffset <= batch.baseOffset,
        )
        for (const record of batch.records()) {
          if (record.offset === offset)
            return `${isAborted === true ? 'aborted ' : ''}${Buffer.from(record.value!).toString()}`
        }
      }
      // A transaction that nobody can end holds it up: that is no other answer.
      return isCommitted && answer.lastStableOffset <= offset ? REFUSED : 'nothing'
    })
  }
}

async function describeTransaction(client: BrokerClient, transactionalId: string): Promise<string> {
  await client.findCoordinator(transactionalId, TRANSACTIONS)
  const request = [DescribeTransactionsRequest, DescribeTransactionsResponse, 0] as const
  const found = await client.retried(`DescribeTransactions of ${transactionalId}`, async () => {
    const { transactionStates } = await client.ask(request, { transactionalIds: [transactionalId] })
    return transactionStates[0]!
  })
  // Where a partition is offline its marker is not written, and all others are.
  const state = found.transactionState.replace('Prepare', 'Complete')
  return [state, found.producerId, found.producerEpoch].join(' ')
}

async function describeGroup(client: BrokerClient, groupId: string): Promise<string> {
  await client.findCoordinator(groupId, GROUPS)
  const request = [ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, 1] as const
  const found = await client.retried(`ConsumerGroupDescribe of ${groupId}`, async () => {
    const { groups } = await client.ask(request, { groupIds: [groupId], includeAuthorizedOperations: false })
    return groups[0]!
  })
  const members = found.members.map(({ memberId, memberEpoch }) => `${memberId} ${memberEpoch}`)
  return [found.groupEpoch, ...members].join(', ')
}

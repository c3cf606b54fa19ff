import { batches } from '@milena/records'
import type { Place } from './broker-client.ts'
import { nameOf } from './broker-client.ts'
import type { BatchModel, BrokerModel, TopicModel } from './broker-model.ts'
import { decide, isPossible } from './broker-model.ts'
import type { BrokerWorld } from './broker-world.ts'
import { CONFIG } from './broker-world.ts'

interface FoundRecord {
  readonly offset: number
  readonly value: string
}

/** What the consumers of a partition see. */
interface FoundLog {
  readonly place: Place
  /** Every record that is there. */
  readonly records: readonly FoundRecord[]
  /** Those that a consumer of committed records is given. */
  readonly committed: readonly FoundRecord[]
}

/**
 * Holds what a broker answers against what it must know: topics and their configs, every acknowledged record at its
 * offset, none twice and none that nobody sent, transactions whole or not at all, committed offsets, members of groups,
 * what consumers of a queue have dealt with. From then on it must be so, and what was left open is decided.
 */
export async function checkBroker(world: BrokerWorld): Promise<string[]> {
  const problems: string[] = []
  await checkTopics(world, problems)
  // What a transaction had under way is decided by this at the latest, and it keeps no consumer waiting any more.
  for (const transactionalId of world.model.transactionalIds.keys()) await world.initTransactions(transactionalId)
  const found: FoundLog[] = []
  for (const [topic, { partitions }] of world.model.topics) {
    for (let partition = 0; partition < partitions; partition++) {
      found.push(await readLog(world, { topic, partition }, problems))
    }
  }
  for (const each of found) checkRecords(each, world.model, problems)
  checkTransactions(found, world.model, problems)
  await checkOffsets(world, found, problems)
  await world.members.check(problems)
  for (const { place, records } of found) {
    const offsets = records.map(({ offset }) => offset)
    await world.queue.check(place, offsets, problems)
  }
  return problems
}

async function checkTopics(world: BrokerWorld, problems: string[]): Promise<void> {
  const present = await world.client('check').topics()
  for (const [name, { id }] of present) {
    if (world.model.deletedIds.has(id)) problems.push(`${name} is there, and its deletion was acknowledged`)
    if (!name.startsWith('__') && !world.model.topics.has(name)) problems.push(`${name} is there, and nobody made it`)
  }
  for (const [name, topic] of world.model.topics) {
    const found = present.get(name)
    if (found === undefined) {
      if (topic.state === 'there') problems.push(`${name} is gone`)
      world.record(({ topics }) => void topics.delete(name))
      continue
    }
    if (topic.id !== undefined && topic.id !== found.id) problems.push(`${name} is another one: ${found.id}`)
    if (found.partitions < topic.partitions) problems.push(`${name} has ${found.partitions} partitions`)
    const config = await world.client('check').config(name, CONFIG)
    if (!isPossible(topic.config, config)) {
      problems.push(`${name} has ${CONFIG} ${config}, and not ${topic.config.sure} or ${topic.config.maybe.join(', ')}`)
    }
    world.record(({ topics }) => {
      const changed = topics.get(name)!
      Object.assign(changed, {
        id: found.id,
        state: 'there',
        partitions: found.partitions,
      } satisfies Partial<TopicModel>)
      decide(changed.config, config)
    })
  }
}

async function readLog(world: BrokerWorld, place: Place, problems: string[]): Promise<FoundLog> {
  const all = await readRecords(world, place, false)
  const committed = await readRecords(world, place, true)
  const name = nameOf(place)
  if (all.nextOffset !== all.end) problems.push(`${name} can be read to ${all.nextOffset}, and ends at ${all.end}`)
  if (committed.nextOffset !== all.end) {
    problems.push(
      `${name} gives committed records to ${committed.nextOffset}, and all transactions before ${all.end} ended`,
    )
  }
  return { place, records: all.records, committed: committed.records }
}

async function readRecords(world: BrokerWorld, place: Place, isCommitted: boolean) {
  const records: FoundRecord[] = []
  let nextOffset = 0
  for (;;) {
    const answer = await world.client('check').fetch(place, nextOffset, isCommitted)
    const bytes = answer.records ?? new Uint8Array(0)
    const aborted = [...(answer.abortedTransactions ?? [])].toSorted((a, b) => a.firstOffset - b.firstOffset)
    const isAborting = new Set<number>()
    let isEmpty = true
    for (const batch of batches(bytes)) {
      isEmpty = false
      nextOffset = batch.lastOffset + 1
      for (let next = aborted[0]; next !== undefined && next.firstOffset <= batch.lastOffset; next = aborted[0]) {
        isAborting.add(next.producerId)
        aborted.shift()
      }
      // A marker ends what was aborted before it.
      if (batch.isControl) isAborting.delete(batch.producerId)
      else if (!batch.isTransactional || !isAborting.has(batch.producerId)) {
        for (const { offset, value } of batch.records()) records.push({ offset, value: textOf(value) })
      }
    }
    if (isEmpty) return { records, nextOffset, end: answer.highWatermark }
  }
}

function textOf(bytes: Uint8Array | null): string {
  return bytes === null ? '' : Buffer.from(bytes).toString()
}

/** Every acknowledged record is at its offset; nothing is there twice, or that was not sent there. */
function checkRecords({ place, records }: FoundLog, model: BrokerModel, problems: string[]): void {
  const name = nameOf(place)
  const sent = model.topics.get(place.topic)!.logs.get(place.partition) ?? []
  const known = new Set(sent.flatMap(({ values }) => values))
  const byValue = new Map<string, number>()
  for (const { offset, value } of records) {
    if (byValue.has(value)) problems.push(`${name} has ${value} at ${byValue.get(value)} and at ${offset}`)
    if (!known.has(value)) problems.push(`${name} has at ${offset} ${value}, which nobody sent there`)
    byValue.set(value, offset)
  }
  for (const { values, offset } of sent) {
    for (const [index, value] of values.entries()) {
      if (offset === undefined || byValue.get(value) === offset + index) continue
      problems.push(`${name} lacks ${value}, which was acknowledged at ${offset + index}`)
    }
    const isThere = values.map((value) => byValue.has(value))
    if (new Set(isThere).size > 1) problems.push(`${name} has a part of what was sent together: ${values.join(', ')}`)
  }
}

/** Of a transaction all records are given to who wants committed ones, or none. */
function checkTransactions(found: readonly FoundLog[], model: BrokerModel, problems: string[]): void {
  const visible = new Set(found.flatMap(({ committed }) => committed.map(({ value }) => value)))
  for (const [number, transaction] of model.transactions) {
    const sent = batchesOf(model, number)
    const seen = sent.filter(({ values }) => visible.has(values[0]!))
    const what = `transaction ${number} of ${transaction.transactionalId}, ${transaction.state},`
    if (transaction.state === 'committing') {
      // It had been acknowledged as a whole before its end was asked for.
      if (seen.length > 0 && seen.length < sent.length) problems.push(`${what} is there by half`)
      continue
    }
    const due = transaction.state === 'committed' ? sent.length : 0
    if (seen.length !== due)
      problems.push(`${what} has ${seen.length} of ${sent.length} batches that consumers are given`)
  }
  for (const batch of allBatches(model)) {
    const isSeen = visible.has(batch.values[0]!)
    if (batch.transaction === undefined && batch.offset !== undefined && !isSeen) {
      problems.push(`${batch.values[0]} is not given to who wants committed records`)
    }
  }
}

function allBatches(model: BrokerModel): BatchModel[] {
  return [...model.topics.values()].flatMap(({ logs }) => [...logs.values()].flat())
}

function batchesOf(model: BrokerModel, transaction: number): BatchModel[] {
  return allBatches(model).filter((batch) => batch.transaction === transaction)
}

async function checkOffsets(world: BrokerWorld, found: readonly FoundLog[], problems: string[]): Promise<void> {
  const visible = new Set(found.flatMap(({ committed }) => committed.map(({ value }) => value)))
  for (const [key, choice] of world.model.offsets) {
    const [groupId, place] = key.split(' ') as [string, string]
    const dash = place.lastIndexOf('-')
    const partition = { topic: place.slice(0, dash), partition: Number(place.slice(dash + 1)) }
    const committed = await world.client('check').committedOffset(groupId, partition)
    const offset = committed === -1 ? undefined : committed
    if (!isPossible(choice, offset)) {
      problems.push(`${key} is committed at ${offset}, and not at ${choice.sure} or ${choice.maybe.join(', ')}`)
    }
    for (const [number, { state, offset: own }] of world.model.transactions) {
      if (state !== 'committing' || own?.key !== key) continue
      const sent = batchesOf(world.model, number)
      const isThere = sent.some(({ values }) => visible.has(values[0]!))
      if (sent.length > 0 && isThere !== (own.value === offset)) {
        problems.push(
          `transaction ${number} has its records ${isThere ? 'there' : 'not there'}, and its offset ${offset}`,
        )
      }
    }
    world.record((model) => decide(model.offsets.get(key)!, offset))
  }
  decideTransactions(world, found, visible)
}

/** What was found will be found again. */
function decideTransactions(world: BrokerWorld, found: readonly FoundLog[], visible: ReadonlySet<string>): void {
  const offsets = new Map(found.flatMap(({ records }) => records.map(({ offset, value }) => [value, offset] as const)))
  world.record((model) => {
    for (const batch of allBatches(model)) {
      batch.offset = offsets.get(batch.values[0]!)
    }
    for (const [number, transaction] of model.transactions) {
      if (transaction.state !== 'committing') continue
      const isThere = batchesOf(model, number).some(({ values }) => visible.has(values[0]!))
      transaction.state = isThere ? 'committed' : 'aborted'
    }
    // Of a transaction that was not answered, what is not there will not come any more.
    for (const { logs } of model.topics.values()) {
      for (const [partition, sent] of logs) {
        const rest = sent.filter(({ transaction, offset }) => transaction === undefined || offset !== undefined)
        logs.set(partition, rest)
      }
    }
  })
}

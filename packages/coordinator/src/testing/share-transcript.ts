import type { ShareGroupHeartbeatResponse } from '@milena/protocol/messages'
import { deleteGroups } from '../group/delete-groups.ts'
import type { GroupRecord } from '../group/group-types.ts'
import { listGroups } from '../group/list-groups.ts'
import type { ShareOutcome } from '../share/share-operations.ts'
import {
  deleteShareState,
  dropShareStateOfTopics,
  initializeShareState,
  readShareState,
  summarizeShareState,
  writeShareState,
} from '../share/share-operations.ts'
import type { ShareRecord } from '../share/share-types.ts'
import type { StateBatch } from '../share/state-batches.ts'
import { alterShareGroupOffsets } from '../share-group/alter-share-group-offsets.ts'
import { describeShareGroups } from '../share-group/describe-share-groups.ts'
import { shareGroupHeartbeat } from '../share-group/share-group-heartbeat.ts'
import { isRefusal } from '../share-group/share-group-lookup.ts'
import {
  beginOffsetsDeletion,
  beginShareGroupDeletion,
  completeOffsetsDeletion,
  forgetDeletedTopics,
} from '../share-group/share-state-deletion.ts'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import { ShareBench } from './share-bench.ts'
import { settle } from './shard-bench.ts'
import type { Command } from './transcript-commands.ts'
import { byTopic, errorName, parseCommand, parsePartition, shownRecord } from './transcript-commands.ts'

const SETTINGS = ['maxSize', 'assignmentIntervalMs', 'sessionTimeoutMs', 'initializeRetryIntervalMs'] as const
const COORDINATOR = ['snapshotUpdateRecordsPerSnapshot', 'stateTopicPruneIntervalMs'] as const

/**
 * Plays a transcript of share groups and their state: commands in, everything that happens out. What groups ask of the
 * share coordinator waits until `tasks` carries it out. The first word of a heartbeat is the member, whose epoch is the
 * one that it was last given.
 */
export class ShareTranscript {
  #bench = new ShareBench()
  readonly #epochs = new Map<string, number>()
  #output: string[] = []
  #timersBefore = new Map<string, number>()

  async run(line: string): Promise<string[]> {
    this.#output = []
    const command = parseCommand(line)
    try {
      await this.#execute(command)
    } catch (error) {
      if (!(error instanceof CoordinatorError)) throw error
      this.#output.push(`failed ${errorName(error.code)}`)
    }
    await settle()
    this.#noteTimers()
    return this.#output.length === 0 ? ['nothing'] : this.#output
  }

  async #execute(command: Command): Promise<void> {
    const bench = this.#bench
    const [first = ''] = command.words
    switch (command.verb) {
      case 'start':
        return this.#start(command)
      case 'topic':
        return bench.topics.make(first, Number(command.words[1]))
      case 'delete-topic':
        return this.#deleteTopic(first)
      case 'config':
        return void bench.groupConfigs.set(first, new Map([command.words.slice(1, 3) as [string, string]]))
      case 'advance':
        return bench.advance(Number(first))
      case 'tasks':
        this.#output.push(`tasks: ${await bench.runTasks(command.option('refused') !== undefined)}`)
        return
      case 'crash':
        await bench.groups.crash()
        await bench.shares.crash()
        return
      case 'refuse':
        bench.groups.log.nextRefusal = new CoordinatorError({ code: 19, name: 'NOT_ENOUGH_REPLICAS' })
        return
      default:
        return this.#request(command)
    }
  }

  async #start(command: Command): Promise<void> {
    const chosen = (keys: readonly string[]): Record<string, number> =>
      Object.fromEntries(keys.flatMap((key) => (command.option(key) ? [[key, command.number(key, 0)]] : [])))
    this.#bench = new ShareBench({ settings: chosen(SETTINGS), coordinator: chosen(COORDINATOR) })
    this.#epochs.clear()
    this.#timersBefore = new Map()
    const { groups, shares } = this.#bench
    groups.log.onWrite = (record, offset) => this.#output.push(`g${offset}: ${shownRecord(record as GroupRecord)}`)
    shares.log.onWrite = (record, offset) => this.#output.push(`s${offset}: ${shownShareState(record as ShareRecord)}`)
    const fires = (key: string): void => {
      this.#output.push(`${key} fires`)
      this.#timersBefore.delete(key)
    }
    groups.onFire = fires
    shares.onFire = fires
    await this.#bench.load()
  }

  async #deleteTopic(name: string): Promise<void> {
    const client = clientNamed('broker')
    const topicIds = new Set([this.#bench.topics.delete(name)])
    await this.#bench.groups.send(forgetDeletedTopics, topicIds, client)
    await this.#bench.shares.send(dropShareStateOfTopics, topicIds, client)
  }

  #request(command: Command): Promise<void> {
    switch (command.verb) {
      case 'heartbeat':
      case 'join':
      case 'leave':
        return this.#heartbeat(command)
      case 'init':
      case 'read':
      case 'write':
      case 'summary':
      case 'drop':
        return this.#ofState(command)
      default:
        return this.#administer(command)
    }
  }

  async #heartbeat(command: Command): Promise<void> {
    const [memberId = ''] = command.words
    const groupId = command.option('group') ?? 'g'
    const known = { join: 0, leave: -1 }[command.verb] ?? this.#epochs.get(memberId) ?? 0
    const request = {
      groupId,
      memberId,
      memberEpoch: command.number('epoch', known),
      rackId: command.option('rack') ?? null,
      subscribedTopicNames: command.option('topics')?.split(',') ?? null,
    }
    const response = await this.#bench.groups.send(shareGroupHeartbeat, request, clientNamed(memberId))
    if (response.errorCode === 0) this.#epochs.set(memberId, response.memberEpoch)
    this.#output.push(`${memberId}: ${shownHeartbeat(response)}`)
  }

  async #ofState(command: Command): Promise<void> {
    const [groupId = '', word = ''] = command.words
    const { topic, partition } = parsePartition(word)
    const { shares, topics } = this.#bench
    const topicId = topics.topicId(topic) ?? `${topic}#gone`
    const place = { groupId, topicId, partition: command.number('partition', partition) }
    const stateEpoch = command.number('epoch', -1)
    const leaderEpoch = command.number('leader', -1)
    const startOffset = command.number('start', -1)
    const deliveryCompleteCount = command.number('done', -1)
    const client = clientNamed('broker')
    const note = (outcome: ShareOutcome, more = ''): void =>
      void this.#output.push(`${errorName(outcome.errorCode)}${outcome.errorCode === 0 ? more : ''}`)
    switch (command.verb) {
      case 'init':
        return note(await shares.send(initializeShareState, { ...place, stateEpoch, startOffset }, client))
      case 'drop':
        return note(await shares.send(deleteShareState, place, client))
      case 'write': {
        const stateBatches = parseBatches(command.option('batches') ?? '')
        const written = { ...place, stateEpoch, leaderEpoch, startOffset, deliveryCompleteCount, stateBatches }
        return note(await shares.send(writeShareState, written, client))
      }
      case 'read': {
        const read = await shares.send(readShareState, { ...place, leaderEpoch }, client)
        return note(read, ` epoch=${read.stateEpoch} start=${read.startOffset} ${shownBatches(read.stateBatches)}`)
      }
    }
    const summary = await shares.send(summarizeShareState, { ...place, leaderEpoch }, client)
    const { startOffset: start, leaderEpoch: leader, deliveryCompleteCount: done } = summary
    note(summary, ` epoch=${summary.stateEpoch} leader=${leader} start=${start} done=${done}`)
  }

  async #administer(command: Command): Promise<void> {
    const { groups } = this.#bench
    const client = clientNamed('admin')
    const [groupId = '', ...words] = command.words
    switch (command.verb) {
      case 'alter': {
        const topics = Array.from(byTopic(words), ([topicName, partitions]) => ({
          topicName,
          partitions: partitions.map(({ partition, offset }) => ({ partitionIndex: partition, startOffset: offset })),
        }))
        const altered = await groups.send(alterShareGroupOffsets, { groupId, topics }, client)
        this.#output.push(isRefusal(altered) ? altered.error.name : JSON.stringify(altered.topics))
        return
      }
      case 'delete-offsets': {
        const topics = words.map((topicName) => ({ topicName }))
        const begun = await groups.send(beginOffsetsDeletion, { groupId, topics }, client)
        this.#output.push(isRefusal(begun) ? begun.error.name : JSON.stringify(begun))
        return
      }
      case 'offsets-deleted': {
        const topicIds = new Set(words.map((name) => this.#bench.topics.topicId(name) ?? ''))
        return groups.send(completeOffsetsDeletion, { groupId, topicIds }, client)
      }
      case 'delete-state':
        this.#output.push(JSON.stringify(await groups.send(beginShareGroupDeletion, command.words, client)))
        return
      case 'delete-groups':
        for (const { groupId: id, errorCode } of await groups.send(deleteGroups, command.words, client)) {
          this.#output.push(`${id}=${errorName(errorCode)}`)
        }
        return
      case 'describe':
        for (const group of groups.read(describeShareGroups, command.words, client)) {
          this.#output.push(JSON.stringify(group))
        }
        return
      case 'list':
        for (const group of groups.read(listGroups, { statesFilter: [], typesFilter: [] }, client)) {
          this.#output.push(`${group.groupId} ${group.protocolType} ${group.groupState} ${group.groupType}`)
        }
        return
    }
    throw new Error(`unknown command: ${command.verb}`)
  }

  #noteTimers(): void {
    const { groups, shares, clock } = this.#bench
    const all = [...groups.timers.timersOf(groups.partition), ...shares.timers.timersOf(shares.partition)]
    const timers = new Map(
      all.flatMap(({ key, deadlineMs }) => (key.startsWith('\u0000') ? [] : [[key, deadlineMs] as const])),
    )
    for (const [key, deadlineMs] of timers) {
      if (this.#timersBefore.get(key) !== deadlineMs) {
        this.#output.push(`timer ${key} in ${deadlineMs - clock.nowMs}ms`)
      }
    }
    for (const key of this.#timersBefore.keys()) if (!timers.has(key)) this.#output.push(`timer ${key} off`)
    this.#timersBefore = timers
  }
}

const clientNamed = (clientId: string) => ({ clientId, clientHost: '/127.0.0.1', apiVersion: 1 })

const shownHeartbeat = (response: ShareGroupHeartbeatResponse): string => {
  if (response.errorCode !== 0) return errorName(response.errorCode)
  const { memberEpoch, heartbeatIntervalMs, assignment } = response
  const topics = assignment?.topicPartitions.map(({ topicId, partitions }) => `${topicId}:${partitions.join(',')}`)
  return `epoch=${memberEpoch} every=${heartbeatIntervalMs}ms ${topics === undefined ? 'unchanged' : `[${topics.join(' ')}]`}`
}

/** `0-9:2:1` is a batch: offsets, state, delivery count. */
const parseBatches = (text: string): StateBatch[] =>
  text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [offsets = '', state, count] = part.split(':')
      const [first, last] = offsets.split('-')
      return {
        firstOffset: Number(first),
        lastOffset: Number(last),
        deliveryState: Number(state),
        deliveryCount: Number(count),
      }
    })

const shownBatches = (batches: readonly StateBatch[]): string =>
  `[${batches.map((each) => `${each.firstOffset}-${each.lastOffset}:${each.deliveryState}:${each.deliveryCount}`).join(' ')}]`

const shownShareState = ({ type, key, value }: ShareRecord): string => {
  const place = `${type} ${key.groupId} ${key.topicId}:${key.partition}`
  if (value === null) return `${place} tombstone`
  const { snapshotEpoch, leaderEpoch, startOffset, deliveryCompleteCount, stateBatches } = value
  const epoch = 'stateEpoch' in value ? ` epoch=${value.stateEpoch}` : ''
  return `${place} #${snapshotEpoch}${epoch} leader=${leaderEpoch} start=${startOffset} done=${deliveryCompleteCount} ${shownBatches(stateBatches)}`
}

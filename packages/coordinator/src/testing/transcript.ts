import { describeConsumerGroups } from '../consumer-group/consumer-group-describe.ts'
import { consumerGroupHeartbeat } from '../consumer-group/consumer-group-heartbeat.ts'
import type {
  HeartbeatResponse,
  JoinGroupResponse,
  LeaveGroupResponse,
  SyncGroupResponse,
} from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import { deleteGroups } from '../group/delete-groups.ts'
import { describeGroups } from '../group/describe-groups.ts'
import type { ConsumerGroupMigrationPolicy, GroupConfig } from '../group/group-config.ts'
import { defaultGroupConfig } from '../group/group-config.ts'
import { heartbeat } from '../group/heartbeat.ts'
import { joinGroup } from '../group/join-group.ts'
import { leaveGroup } from '../group/leave-group.ts'
import { listGroups } from '../group/list-groups.ts'
import { commitOffsets } from '../group/offset-commit.ts'
import { deleteOffsets } from '../group/offset-delete.ts'
import { fetchOffsets } from '../group/offset-fetch.ts'
import { syncGroup } from '../group/sync-group.ts'
import { dropOffsetsOfTopics } from '../group/topics-deleted.ts'
import { commitTransactionalOffsets } from '../group/txn-offset-commit.ts'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import { answered } from '../runtime/coordinator-shard.ts'
import { GroupBench } from './group-bench.ts'
import { TranscriptConsumers, shownConsumerGroup, shownDescription } from './transcript-consumers.ts'
import type { Command } from './transcript-commands.ts'
import { assignmentOf, errorName, parseCommand, parseProtocols, shown } from './transcript-commands.ts'
import type { OffsetCommitter } from './transcript-offsets.ts'
import {
  commitRequest,
  deleteRequest,
  endMarker,
  fetchRequest,
  producerOf,
  shownCommit,
  shownDeletion,
  shownFetch,
  shownLogged,
  txnCommitRequest,
} from './transcript-offsets.ts'

const errorOf = (name: string): { code: number; name: string } => {
  const error = Object.values(Errors).find((candidate) => candidate.name === name)
  if (error === undefined) throw new Error(`no such error: ${name}`)
  return error
}

type ShownSetting = Exclude<keyof GroupConfig, 'consumerGroup' | 'shareGroup'>

/**
 * Plays a transcript: commands in, everything that happens out. A command line is a verb with words and options; the
 * first word of a request names its client, whose member id and generation are those that it was last given.
 */
export class Transcript {
  #bench = new GroupBench()
  readonly #ids = new Map<string, string>()
  readonly #consumers = new TranscriptConsumers()
  readonly #generations = new Map<string, number>()
  #output: string[] = []
  #timersBefore = new Map<string, number>()
  #groupsBefore = new Map<string, string>()
  readonly #open = new Set<string>()

  async run(line: string): Promise<string[]> {
    this.#output = []
    const command = parseCommand(line)
    await this.#execute(command)
    await this.#bench.settle()
    for (const label of this.#open) if (label.startsWith('new ')) this.#noteWaiting(label)
    this.#noteTimers()
    this.#noteGroups()
    return this.#output.length === 0 ? ['nothing'] : this.#output
  }

  async #execute(command: Command): Promise<void> {
    const bench = this.#bench
    switch (command.verb) {
      case 'start':
        return this.#start(command)
      case 'advance':
        return this.#advance(Number(command.words[0]))
      case 'hold':
        bench.log.isCommitting = false
        return
      case 'commit-log':
        bench.log.isCommitting = true
        bench.log.commit()
        return
      case 'refuse':
        bench.log.nextRefusal = new CoordinatorError(errorOf(command.words[0] ?? ''))
        return
      case 'lose':
        bench.log.isCommitting = true
        bench.log.lose(new CoordinatorError(errorOf(command.words[0] ?? '')), command.number('kept', 0))
        return
      case 'crash':
        await bench.crash(command.number('kept', 0))
        this.#timersBefore = new Map()
        return
      default:
        this.#request(command)
    }
  }

  async #start(command: Command): Promise<void> {
    const config: { -readonly [K in ShownSetting]?: number } = {}
    const keys: ShownSetting[] = [
      'groupInitialRebalanceDelayMs',
      'groupMaxSize',
      'offsetMetadataMaxBytes',
      'offsetsRetentionMs',
      'offsetsRetentionCheckIntervalMs',
    ]
    const consumerGroup = { ...defaultGroupConfig.consumerGroup, assignmentIntervalMs: command.number('interval', 0) }
    const sizes = { maxSize: command.number('consumers', consumerGroup.maxSize) }
    const migrationPolicy = (command.option('migration') ?? 'bidirectional') as ConsumerGroupMigrationPolicy
    for (const key of keys) if (command.option(key) !== undefined) config[key] = command.number(key, 0)
    this.#bench = new GroupBench({ ...config, consumerGroup: { ...consumerGroup, ...sizes, migrationPolicy } })
    this.#ids.clear()
    this.#generations.clear()
    this.#consumers.clear()
    this.#timersBefore = new Map()
    this.#groupsBefore = new Map()
    this.#bench.log.onWrite = (record, offset, producer) =>
      this.#output.push(`record ${offset}: ${shownLogged(record, producer)}`)
    await this.#bench.load()
  }

  async #advance(durationMs: number): Promise<void> {
    const startMs = this.#bench.nowMs
    this.#bench.onFire = (key) => {
      this.#output.push(`after ${this.#bench.nowMs - startMs}ms: ${key.replace('\u0000', '')} fires`)
      this.#timersBefore.delete(key)
    }
    await this.#bench.advance(durationMs)
  }

  #request(command: Command): void {
    const apiVersion = command.number('v', 9)
    const [name = ''] = command.words
    const client = { clientId: name, clientHost: '/127.0.0.1', apiVersion }
    const groupId = command.option('group') ?? 'g'
    const bench = this.#bench
    switch (command.verb) {
      case 'join':
        return this.#expect(
          command,
          bench.send(joinGroup, this.#joinRequest(command, groupId, name), client),
          (response) => {
            if (response.memberId !== '') this.#ids.set(`${groupId}/${name}`, response.memberId)
            if (response.generationId !== -1) this.#generations.set(`${groupId}/${name}`, response.generationId)
            return shownJoin(response)
          },
        )
      case 'sync':
        return this.#expect(
          command,
          bench.send(syncGroup, this.#syncRequest(command, groupId, name), client),
          shownSync,
        )
      case 'heartbeat':
        return this.#expect(command, bench.send(heartbeat, this.#identity(command, groupId, name), client), shownError)
      case 'beat':
        return this.#expect(
          command,
          bench.send(consumerGroupHeartbeat, this.#consumers.request(command, groupId, name), {
            ...client,
            apiVersion: 1,
          }),
          (response) => this.#consumers.note(groupId, name, response),
        )
      case 'topic':
        return bench.setTopic(name, Number(command.words[1]))
      case 'leave':
        return this.#expect(command, bench.send(leaveGroup, this.#leaveRequest(command, groupId), client), shownLeave)
      case 'delete-groups':
        return this.#expect(command, bench.send(deleteGroups, command.words, client), (results) =>
          results.map((result) => `${result.groupId}=${errorName(result.errorCode)}`).join(' '),
        )
      case 'drop-topics':
        return this.#expect(command, bench.send(dropOffsetsOfTopics, new Set(command.words), client), () => 'done')
      case 'commit':
      case 'txn-commit':
      case 'end':
      case 'delete-offsets':
      case 'fetch':
        return this.#offsets(command, groupId, client)
      case 'describe-consumers':
        this.#output.push(...bench.read(describeConsumerGroups, command.words, client).map(shownDescription))
        return
      case 'describe':
      case 'list':
        return this.#look(command, client)
    }
    throw new Error(`unknown command: ${command.verb}`)
  }

  #identity(command: Command, groupId: string, name: string) {
    return {
      groupId,
      generationId: command.number('generation', this.#generations.get(`${groupId}/${name}`) ?? -1),
      memberId: command.option('member') ?? this.#ids.get(`${groupId}/${name}`) ?? '',
      groupInstanceId: command.option('instance') ?? null,
    }
  }

  #joinRequest(command: Command, groupId: string, name: string) {
    return {
      ...this.#identity(command, groupId, name),
      sessionTimeoutMs: command.number('session', 10_000),
      rebalanceTimeoutMs: command.number('rebalance', 60_000),
      protocolType: command.option('type') ?? 'consumer',
      protocols: parseProtocols(command.option('protocols') ?? 'range:t1'),
      reason: command.option('reason') ?? null,
    }
  }

  #syncRequest(command: Command, groupId: string, name: string) {
    const assignments = (command.option('assign') ?? '').split(',').filter((part) => part !== '')
    return {
      ...this.#identity(command, groupId, name),
      protocolType: command.option('type') ?? null,
      protocolName: command.option('protocol') ?? null,
      assignments: assignments.map((part) => {
        const [member = '', assignment = ''] = part.split(':')
        return { memberId: this.#ids.get(`${groupId}/${member}`) ?? member, assignment: assignmentOf(assignment) }
      }),
    }
  }

  #leaveRequest(command: Command, groupId: string) {
    const instance = command.option('instance') ?? null
    const named = command.words.map((name) => ({ ...this.#identity(command, groupId, name), reason: null }))
    return {
      groupId,
      memberId: '',
      members:
        named.length > 0
          ? named
          : [{ memberId: command.option('member') ?? '', groupInstanceId: instance, reason: null }],
    }
  }

  #offsets(
    command: Command,
    groupId: string,
    client: { clientId: string; clientHost: string; apiVersion: number },
  ): void {
    const bench = this.#bench
    const [name = ''] = command.words
    const committer = (): OffsetCommitter =>
      this.#identity(command, groupId, command.option('simple') === undefined ? name : '')
    switch (command.verb) {
      case 'commit':
        return this.#expect(
          command,
          bench.send(commitOffsets, commitRequest(command, committer()), client),
          shownCommit,
        )
      case 'txn-commit': {
        const commit = { request: txnCommitRequest(command, committer()), producer: producerOf(command) }
        return this.#expect(command, bench.send(commitTransactionalOffsets, commit, client), shownCommit)
      }
      case 'end':
        return this.#expect(command, bench.endTransaction(endMarker(command)), () => 'done')
      case 'delete-offsets':
        return this.#expect(command, bench.send(deleteOffsets, deleteRequest(command, groupId), client), shownDeletion)
    }
    const request = fetchRequest(command, groupId)
    if (command.option('stable') === undefined) {
      const fetched = bench.read((state) => fetchOffsets(state, request, 'committed'), request, client)
      this.#output.push(`fetch: ${shownFetch(fetched)}`)
      return
    }
    const newest = bench.send((state) => answered(fetchOffsets(state, request, 'newest')), request, client)
    this.#expect(command, newest, shownFetch)
  }

  #look(command: Command, client: { clientId: string; clientHost: string; apiVersion: number }): void {
    if (command.verb === 'describe') {
      for (const group of this.#bench.read(describeGroups, command.words, {
        ...client,
        apiVersion: command.number('v', 6),
      })) {
        const members = group.members.map(
          (member) =>
            `${member.memberId}${member.groupInstanceId === null ? '' : `(${member.groupInstanceId})`} ${member.clientId}${member.clientHost}` +
            ` ${shown(member.memberMetadata)}→${shown(member.memberAssignment)}`,
        )
        const message = group.errorMessage === null ? '' : ` "${group.errorMessage}"`
        this.#output.push(
          `${group.groupId}: ${errorName(group.errorCode)}${message} ${group.groupState}` +
            ` ${group.protocolType || '-'}/${group.protocolData || '-'} [${members.join(', ')}]`,
        )
      }
      return
    }
    const filter = (key: string): string[] => (command.option(key) ?? '').split(',').filter((part) => part !== '')
    const request = { statesFilter: filter('states'), typesFilter: filter('types') }
    for (const group of this.#bench.read(listGroups, request, client)) {
      this.#output.push(`${group.groupId} ${group.protocolType || '-'} ${group.groupState} ${group.groupType}`)
    }
  }

  #expect<Response>(command: Command, answer: Promise<Response>, show: (response: Response) => string): void {
    const label = `${command.words[0] ?? ''} ${command.verb}`.trim()
    this.#open.add(`new ${label}`)
    const note = (text: string): void => {
      this.#open.delete(`new ${label}`)
      this.#output.push(`${label}: ${text}`)
    }
    answer.then(
      (response) => note(show(response)),
      (error: unknown) => note(error instanceof CoordinatorError ? `failed ${errorName(error.code)}` : String(error)),
    )
  }

  #noteWaiting(label: string): void {
    this.#open.delete(label)
    this.#output.push(`${label.slice('new '.length)}: waits`)
  }

  #noteTimers(): void {
    const timers = new Map<string, number>()
    for (const { key, deadlineMs } of this.#bench.timers.timersOf(this.#bench.partition)) timers.set(key, deadlineMs)
    for (const [key, deadlineMs] of timers) {
      if (this.#timersBefore.get(key) === deadlineMs || key.startsWith('\u0000')) continue
      this.#output.push(`timer ${key} in ${deadlineMs - this.#bench.nowMs}ms`)
    }
    for (const key of this.#timersBefore.keys())
      if (!timers.has(key) && !key.startsWith('\u0000')) this.#output.push(`timer ${key} off`)
    this.#timersBefore = timers
  }

  #noteGroups(): void {
    const groups = new Map<string, string>()
    for (const [groupId, group] of this.#bench.partition.shardState.groups.entries()) {
      if (group.type === 'consumer') groups.set(groupId, shownConsumerGroup(group))
      if (group.type !== 'classic') continue
      const pendingJoin = group.pendingJoin.size === 0 ? '' : ` pendingJoin=[${[...group.pendingJoin].join(', ')}]`
      const pendingSync = group.pendingSync.size === 0 ? '' : ` pendingSync=[${[...group.pendingSync].join(', ')}]`
      const members = [...group.members.keys()].join(', ')
      groups.set(groupId, `${group.state} generation=${group.generationId} [${members}]${pendingJoin}${pendingSync}`)
    }
    for (const [groupId, description] of groups) {
      if (this.#groupsBefore.get(groupId) !== description) this.#output.push(`group ${groupId} ${description}`)
    }
    for (const groupId of this.#groupsBefore.keys())
      if (!groups.has(groupId)) this.#output.push(`group ${groupId} gone`)
    this.#groupsBefore = groups
  }
}

const shownError = ({ errorCode }: HeartbeatResponse): string => errorName(errorCode)

const shownJoin = (response: JoinGroupResponse): string => {
  const { errorCode, generationId, protocolType, protocolName, leader, memberId, skipAssignment, members } = response
  if (errorCode !== 0) return `${errorName(errorCode)}${memberId === '' ? '' : ` member=${memberId}`}`
  const list = members.map(
    ({ memberId: id, groupInstanceId, metadata }) =>
      `${id}${groupInstanceId === null ? '' : `(${groupInstanceId})`} ${shown(metadata)}`,
  )
  return (
    `NONE generation=${generationId} ${protocolType ?? '-'}/${protocolName ?? '-'} leader=${leader} member=${memberId}` +
    `${members.length === 0 ? '' : ` [${list.join(', ')}]`}${skipAssignment ? ' skipAssignment' : ''}`
  )
}

const shownSync = ({ errorCode, protocolType, protocolName, assignment }: SyncGroupResponse): string =>
  errorCode === 0 ? `NONE ${protocolType ?? '-'}/${protocolName ?? '-'} ${shown(assignment)}` : errorName(errorCode)

const shownLeave = ({ errorCode, members }: LeaveGroupResponse): string =>
  [
    errorName(errorCode),
    ...members.map(
      ({ memberId, groupInstanceId, errorCode: code }) => `${memberId || groupInstanceId || '-'}=${errorName(code)}`,
    ),
  ].join(' ')

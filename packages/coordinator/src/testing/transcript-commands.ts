import { ZERO_UUID, errorByCode } from '@milena/protocol/messages'
import { readAssignment, writeAssignment } from '../consumer-group/embedded-protocol.ts'
import type { GroupRecord } from '../group/group-types.ts'
import { isShareGroupRecord, shownShareRecord } from './transcript-share-records.ts'
import { shownConsumerRecord } from './transcript-consumer-records.ts'

/** One line of a transcript: a verb, plain words and `key=value` options. */
export interface Command {
  readonly verb: string
  readonly words: readonly string[]
  option(key: string): string | undefined
  number(key: string, absent: number): number
}

export const parseCommand = (line: string): Command => {
  const [verb = '', ...rest] = line.split(/\s+/)
  const isOption = (word: string): boolean => /^[a-z-]+=/i.test(word)
  const options = new Map(
    rest.filter(isOption).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  )
  const option = (key: string): string | undefined => options.get(key)
  return {
    verb,
    words: rest.filter((word) => !isOption(word)),
    option,
    number: (key, absent) => Number(option(key) ?? absent),
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes)
export const bytesOf = (value: string): Uint8Array => Uint8Array.from(value, (char) => char.charCodeAt(0))

/** An embedded subscription (`ConsumerProtocolSubscription` v0) to the topics. */
export const subscriptionOf = (topics: readonly string[]): Uint8Array => {
  const parts = topics.map((topic) => `${String.fromCharCode(topic.length >> 8, topic.length & 0xff)}${topic}`)
  return bytesOf(`\0\0\0\0\0${String.fromCharCode(topics.length)}${parts.join('')}\xff\xff\xff\xff`)
}

/**
 * What a leader assigns: bytes as they are, or, as `#t1.0.1`, partitions 0 and 1 of t1 in the format of consumers; with an
 * exclamation mark at its end there is something of the assignor's own behind them.
 */
export const assignmentOf = (value: string): Uint8Array => {
  if (!value.startsWith('#')) return bytesOf(value)
  const [topic = '', ...partitions] = value.replace('!', '').slice(1).split('.')
  const bytes = writeAssignment([{ topic, partitions: partitions.map(Number) }], 0)
  if (!value.endsWith('!')) return bytes
  const ownData = bytesOf('\0\0\0\x01x')
  return Uint8Array.from([...bytes.subarray(0, -4), ...ownData])
}

/** What a test put into metadata or an assignment, readable again. */
export const shown = (bytes: Uint8Array): string => {
  if (bytes.length === 0) return '-'
  if (bytes[0] !== 0) return text(bytes)
  const assignment = readAssignment(bytes)
  if (assignment !== undefined && assignment.partitions.length > 0) {
    const parts = assignment.partitions.map(({ topic, partitions }) => ['#' + topic, ...partitions].join('.'))
    return parts.join('+') + (assignment.hasUserData ? '!' : '')
  }
  const topics: string[] = []
  for (let at = 6; at + 4 < bytes.length; at += 2 + (bytes[at + 1] ?? 0))
    topics.push(text(bytes.subarray(at + 2, at + 2 + (bytes[at + 1] ?? 0))))
  return topics.join('+')
}

/** `range:t1+t2;roundrobin:t1` as protocols of a JoinGroup; without a colon the metadata is the name itself. */
export const parseProtocols = (value: string): { name: string; metadata: Uint8Array }[] =>
  value === ''
    ? []
    : value.split(';').map((part) => {
        const [name = '', topics] = part.split(':')
        return { name, metadata: topics === undefined ? bytesOf(`!${name}`) : subscriptionOf(topics.split('+')) }
      })

export interface NamedPartition {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** `t:0=5` is an offset to commit, `t:0` a partition. */
export const parsePartition = (word: string): NamedPartition => {
  const [, topic = '', partition, offset] = /^([^:]+):(\d+)(?:@(-?\d+))?$/.exec(word) ?? []
  return { topic, partition: Number(partition), offset: Number(offset ?? -1) }
}

export const byTopic = (words: readonly string[]): Map<string, NamedPartition[]> =>
  Map.groupBy(words.map(parsePartition), ({ topic }) => topic)

export const errorName = (code: number): string => errorByCode(code)?.name ?? `error ${code}`

export const shownRecord = (record: GroupRecord): string => {
  if (record.type === 'OffsetCommit') {
    const { group, topic, partition } = record.key
    const place = `OffsetCommit ${group} ${topic}:${partition}`
    if (record.value === null) return `${place} tombstone`
    const { offset, leaderEpoch, metadata, expireTimestamp, topicId } = record.value
    const expiry = expireTimestamp === -1 ? '' : ` expires=${expireTimestamp}`
    const id = topicId === ZERO_UUID ? '' : ` id=${topicId}`
    return `${place} @${offset} epoch=${leaderEpoch} metadata=${metadata === '' ? '-' : metadata} v${record.version}${expiry}${id}`
  }
  if (isShareGroupRecord(record)) return shownShareRecord(record)
  if (record.type !== 'GroupMetadata') return shownConsumerRecord(record)
  const place = `GroupMetadata ${record.key.group}`
  if (record.value === null) return `${place} tombstone`
  const { protocolType, generation, protocol, leader, members } = record.value
  const list = members.map(
    (member) =>
      `${member.memberId}${member.groupInstanceId === null ? '' : `(${member.groupInstanceId})`}` +
      ` ${shown(member.subscription)}→${shown(member.assignment)}`,
  )
  return `${place} generation=${generation} ${protocolType || '-'}/${protocol ?? '-'} leader=${leader ?? '-'} [${list.join(', ')}]`
}

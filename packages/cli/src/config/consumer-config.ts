import type { AutoOffsetReset, ConsumerOptions } from '@milena/client'
import { ToolExit } from '../options/option-error.ts'
import { defined, type ClientConfig } from './client-config.ts'
import { parseDuration } from './durations.ts'

/** What a consumer understands of its properties, of which `group.id` must be one. */
export function consumerOptionsOf(config: ClientConfig): ConsumerOptions {
  const assignor = config.text('partition.assignment.strategy')
  return {
    groupId: config.text('group.id')!,
    ...defined({
      groupInstanceId: config.text('group.instance.id'),
      rackId: config.text('client.rack'),
      sessionTimeoutMs: config.number('session.timeout.ms'),
      heartbeatIntervalMs: config.number('heartbeat.interval.ms'),
      maxPollIntervalMs: config.number('max.poll.interval.ms'),
      autoCommit: config.boolean('enable.auto.commit'),
      autoCommitIntervalMs: config.number('auto.commit.interval.ms'),
      autoOffsetReset: autoOffsetReset(config),
      isolationLevel: config.oneOf('isolation.level', ['read_committed', 'read_uncommitted']),
      fetchMinBytes: config.number('fetch.min.bytes'),
      fetchMaxWaitMs: config.number('fetch.max.wait.ms'),
      fetchMaxBytes: config.number('fetch.max.bytes'),
      maxPartitionFetchBytes: config.number('max.partition.fetch.bytes'),
      maxPollRecords: config.number('max.poll.records'),
      checkCrcs: config.boolean('check.crcs'),
      allowAutoTopicCreation: config.boolean('allow.auto.create.topics'),
      assignors: assignor === undefined ? undefined : assignorsOf(assignor),
    }),
  }
}

function assignorsOf(classNames: string): ConsumerOptions['assignors'] {
  const known = {
    RangeAssignor: 'range',
    RoundRobinAssignor: 'roundrobin',
    CooperativeStickyAssignor: 'cooperative-sticky',
  } as const
  return classNames.split(',').map((className) => {
    const name = className.trim().replace(/^org\.apache\.kafka\.clients\.consumer\./, '')
    if (!Object.hasOwn(known, name)) throw new ToolExit(1, `${className.trim()} is not a known partition assignor.`)
    return known[name as keyof typeof known]
  })
}

function autoOffsetReset(config: ClientConfig): AutoOffsetReset | undefined {
  const text = config.text('auto.offset.reset')?.toLowerCase()
  if (text?.startsWith('by_duration:') === true) return { durationMs: parseDuration(text.slice('by_duration:'.length)) }
  return config.oneOf('auto.offset.reset', ['earliest', 'latest', 'none'] as const)
}

import type { TopicPartition } from '@milena/client'
import { topicFilter } from '../topics/topic-filter.ts'
import { TerseFailure } from './terse-failure.ts'

/** Which topics, and which partitions of them. */
export interface TopicPartitionFilter {
  readonly isTopicAllowed: (topic: string) => boolean
  readonly isAllowed: (topicPartition: TopicPartition) => boolean
}

const RULE = /^([^:,]*)(?::(?:([0-9]*)|(?:([0-9]*)-([0-9]*))))?$/

/** `--topic-partitions`: `topic1:1,topic2:0-3,topic3,topic4:5-,topic5:-3`, each topic a regular expression. */
export function patternListFilter(text: string): TopicPartitionFilter {
  const rules = text.split(',').map(ruleFilter)
  return {
    isTopicAllowed: (topic) => rules.some((rule) => rule.isTopicAllowed(topic)),
    isAllowed: (topicPartition) => rules.some((rule) => rule.isAllowed(topicPartition)),
  }
}

function ruleFilter(rule: string): TopicPartitionFilter {
  const match = RULE.exec(rule)
  if (match === null)
    throw new TerseFailure(`org.apache.kafka.tools.TerseException: Invalid rule specification: ${rule}`)
  const [, topic = '', only = '', lower = '', upper = ''] = match
  const isTopicAllowed = topicFilter(topic === '' ? '.*' : topic, false)
  const [from, to] =
    only === '' ? [Number(lower), upper === '' ? Infinity : Number(upper)] : [Number(only), Number(only) + 1]
  return {
    isTopicAllowed,
    isAllowed: (each) => isTopicAllowed(each.topic) && each.partition >= from && each.partition < to,
  }
}

/** `--topic` and `--partitions`; all where they say nothing. */
export function topicAndPartitionsFilter(
  topic: string | undefined,
  partitions: string | undefined,
): TopicPartitionFilter {
  const isTopicAllowed = topicFilter(topic ?? '.*', false)
  const wanted = new Set(partitions === undefined || partitions === '' ? [] : partitions.split(',').map(Number))
  if (partitions !== undefined && !/^$|^[+-]?\d+(,[+-]?\d+)*,*$/.test(partitions)) {
    throw new TerseFailure(
      `--partitions expects a comma separated list of numeric partition ids, but received: ${partitions}`,
    )
  }
  return {
    isTopicAllowed,
    isAllowed: (each) => isTopicAllowed(each.topic) && (wanted.size === 0 || wanted.has(each.partition)),
  }
}

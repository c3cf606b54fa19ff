import type { TopicPartition } from '@milena/client'
import { UsageError } from '../options/option-error.ts'

/** Arguments `topic` and `topic:0,1,2`, apart: topics as a whole, and single partitions. */
export function parsePartitions(args: readonly string[]): {
  readonly topics: readonly string[]
  readonly partitions: readonly TopicPartition[]
} {
  const topics = args.filter((arg) => !arg.includes(':'))
  const partitions = args.filter((arg) => arg.includes(':')).flatMap((arg) => parseOne(arg))
  return { topics, partitions }
}

function parseOne(arg: string): readonly TopicPartition[] {
  const [topic, list, ...more] = arg.split(':')
  if (list === undefined || list === '' || more.length > 0) {
    throw new UsageError(`Invalid topic arg '${arg}', expected topic name and partitions`)
  }
  return list.split(',').map((text) => {
    if (!/^[+-]?\d+$/.test(text)) throw new UsageError(`Invalid partition '${text}' specified in topic arg '${arg}''`)
    return { topic: topic!, partition: Number(text) }
  })
}

import { partitionKey, valuesOf, type Admin, type OffsetSpec, type TopicPartition } from '@milena/client'
import { CommandFailure } from '../command-failure.ts'
import { print, type ToolIo } from '../tool-io.ts'
import type { NewOffset } from './reset-plan.ts'

/** What looking for offsets needs. */
export interface OffsetService {
  readonly admin: Admin
  readonly io: ToolIo
  readonly timeoutMs: number
}

export async function offsetsAt(
  { admin, timeoutMs }: OffsetService,
  partitions: readonly TopicPartition[],
  place: OffsetSpec,
): Promise<readonly NewOffset[]> {
  const queries = partitions.map(({ topic, partition }) => ({ topic, partition, at: place }))
  const found = valuesOf(await admin.listOffsets(queries, { timeoutMs }))
  return Array.from(found.values(), ({ topic, partition, offset }) => ({ topic, partition, offset }))
}

/** The first record at or after a time; the end, where there is none. */
export async function fromTime(
  service: OffsetService,
  partitions: readonly TopicPartition[],
  timeMs: number,
): Promise<readonly NewOffset[]> {
  const found = await offsetsAt(service, partitions, timeMs)
  const none = found.filter(({ offset }) => offset < 0)
  for (const { topic, partition } of none) {
    print(
      service.io.stdout,
      `\nWarn: Partition ${partition} from topic ${topic} is empty. Falling back to latest known offset.`,
    )
  }
  return [...found.filter(({ offset }) => offset >= 0), ...(await offsetsAt(service, none, 'latest'))]
}

/** @throws CommandFailure unless all of them exist and have a leader */
export async function checkExist(
  { admin, timeoutMs }: OffsetService,
  partitions: readonly TopicPartition[],
): Promise<void> {
  const topics = Array.from(new Set(partitions.map(({ topic }) => topic)))
  const described = await admin.describeTopics(topics, { timeoutMs })
  const unknown = partitions.filter(({ topic, partition }) => {
    const outcome = described.get(topic)
    return outcome?.ok !== true || !outcome.value.partitions.some((entry) => entry.partition === partition)
  })
  if (unknown.length > 0) {
    const keys = unknown.map((partition) => partitionKey(partition)).join(',')
    throw new CommandFailure(`The partitions "${keys}" do not exist`)
  }
  const leaderless = partitions.filter(({ topic, partition }) => {
    const outcome = described.get(topic)!
    return (
      outcome.ok &&
      outcome.value.partitions.every((entry) => entry.partition !== partition || entry.leaderId === undefined)
    )
  })
  if (leaderless.length > 0) {
    const keys = leaderless.map((partition) => partitionKey(partition)).join(',')
    throw new CommandFailure(`The partitions "${keys}" have no leader`)
  }
}

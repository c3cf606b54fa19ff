import { partitionKey } from '@milena/client'
import { print } from '../tool-io.ts'
import { alterReassignments, errorLines } from './execute-assignment.ts'
import { executeLogDirMoves, findLogDirMoves, formatLogDirMove, isUnderWay } from './log-dir-moves.ts'
import { byName } from './partition-order.ts'
import { textOf, type ReassignService } from './reassign-service.ts'
import { parseReassignment, type PartitionReplicas } from './reassignment-json.ts'
import { TerseToolExit } from './terse-tool-exit.ts'
import { clearThrottles } from './throttles.ts'

/** Shows how far partitions have come, and takes off the throttles when nothing is under way any more. */
export async function verifyAssignment(service: ReassignService): Promise<void> {
  const { admin, options, io } = service
  const { partitions, logDirs } = parseReassignment(await textOf(options.value('reassignment-json-file')!))
  const underWay = await admin.listPartitionReassignments('all')
  const moving = new Set(underWay.map(partitionKey))
  const placed = await placedReplicas(
    service,
    partitions.filter((each) => !moving.has(partitionKey(each))),
  )
  print(io.stdout, 'Status of partition reassignment:')
  const targets = new Map(partitions.map((each) => [partitionKey(each), each]))
  for (const target of Array.from(targets.values()).sort(byName)) {
    print(io.stdout, formatState(target, placed.get(partitionKey(target))))
  }
  const moves = await findLogDirMoves(service, logDirs)
  print(io.stdout, moves.map(formatLogDirMove).join('\n'))
  if (underWay.length === 0 && !moves.some(isUnderWay) && !options.has('preserve-throttles')) {
    await clearThrottles(service, partitions)
  }
}

/** Where partitions are; nowhere, those that are not there. */
async function placedReplicas(
  { admin }: ReassignService,
  partitions: readonly PartitionReplicas[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const outcomes = await admin.describeTopics(Array.from(new Set(partitions.map(({ topic }) => topic))))
  return new Map(
    partitions.map((each) => {
      const outcome = outcomes.get(each.topic)!
      if (!outcome.ok && outcome.error.name !== 'UNKNOWN_TOPIC_OR_PARTITION') throw outcome.error
      const found = outcome.ok
        ? outcome.value.partitions.find(({ partition }) => partition === each.partition)
        : undefined
      return [partitionKey(each), found?.replicas ?? []]
    }),
  )
}

/** @param placed where the partition is; undefined while it is being moved */
export function formatState(target: PartitionReplicas, placed: readonly number[] | undefined): string {
  const key = partitionKey(target)
  if (placed === undefined) return `Reassignment of partition ${key} is still in progress.`
  const [current, wanted] = [placed.join(','), target.replicas.join(',')]
  return current === wanted
    ? `Reassignment of partition ${key} is completed.`
    : `There is no active reassignment of partition ${key}, but replica set is ${current} rather than ${wanted}.`
}

/** Gives up what of the file is under way: partitions stay where they were. */
export async function cancelAssignment(service: ReassignService): Promise<void> {
  const { admin, options, io } = service
  const { partitions, logDirs } = parseReassignment(await textOf(options.value('reassignment-json-file')!))
  const timeoutMs = options.number('timeout')!
  const asked = new Map<string, number[]>()
  for (const { topic, partition } of partitions) asked.set(topic, [...(asked.get(topic) ?? []), partition])
  const underWay = (await admin.listPartitionReassignments(asked))
    .filter(({ addingReplicas, removingReplicas }) => addingReplicas.length + removingReplicas.length > 0)
    .map(({ topic, partition }) => ({ topic, partition }))
    .sort(byName)
  const plural = (count: number): string => (count === 1 ? '' : 's')
  if (underWay.length === 0) print(io.stdout, 'None of the specified partition reassignments are active.')
  else {
    const errors = await alterReassignments(service, underWay)
    if (errors.size > 0) {
      throw new TerseToolExit(
        `Error cancelling partition reassignment${plural(errors.size)} for:\n${errorLines(underWay, errors)}`,
      )
    }
    const names = underWay.map(partitionKey).join(',')
    print(io.stdout, `Successfully cancelled partition reassignment${plural(underWay.length)} for: ${names}`)
  }
  const moves = (await findLogDirMoves(service, logDirs)).filter(isUnderWay)
  // Back to where it is, which ends the move.
  if (moves.length === 0) io.stdout.write('None of the specified partition moves are active.')
  else {
    await executeLogDirMoves(
      service,
      moves.map(({ target, current }) => ({ ...target, path: current! })),
      timeoutMs,
    )
  }
  if (!options.has('preserve-throttles')) await clearThrottles(service, partitions)
}

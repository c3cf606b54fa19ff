import { partitionKey, type KafkaError, type NewPartitionReassignment } from '@milena/client'
import { messageOf } from '../java-exceptions.ts'
import { ToolExit } from '../options/option-error.ts'
import { print } from '../tool-io.ts'
import { executeLogDirMoves } from './log-dir-moves.ts'
import { byName } from './partition-order.ts'
import { currentReplicas, replicaLogDirs, textOf, type ReassignService } from './reassign-service.ts'
import { formatReassignment, parseExecutable, type PartitionReplicas } from './reassignment-json.ts'
import { TerseToolExit } from './terse-tool-exit.ts'
import { proposedMoves, throttleBrokers, throttleLogDirs } from './throttles.ts'

/** Begins to move partitions to other brokers, and replicas into other folders. */
export async function executeAssignment(service: ReassignService): Promise<void> {
  const { admin, options, io } = service
  const { partitions, logDirs } = parseExecutable(await textOf(options.value('reassignment-json-file')!))
  const [throttle, logDirThrottle] = [options.number('throttle')!, options.number('replica-alter-log-dirs-throttle')!]
  const timeoutMs = options.number('timeout')!
  const underWay = await admin.listPartitionReassignments('all')
  if (!options.has('additional') && underWay.length > 0) {
    throw new TerseToolExit(
      'Cannot execute because there is an existing partition assignment.  Use --additional to override this and create a new partition assignment in addition to the existing one. The --additional flag can also be used to change the throttle by resubmitting the current reassignment.',
    )
  }
  await checkBrokers(service, partitions)
  const current = await currentReplicas(service, partitions)
  const folders = await replicaLogDirs(service, current)
  print(
    io.stdout,
    `Current partition replica assignment\n\n${formatReassignment(current, folders)}\n\nSave this to use as the --reassignment-json-file option during rollback`,
  )
  if (throttle >= 0 || logDirThrottle >= 0) {
    print(
      io.stdout,
      'Warning: You must run --verify periodically, until the reassignment completes, to ensure the throttle is removed.',
    )
    if (throttle >= 0) await throttleBrokers(service, proposedMoves(underWay, partitions, current), throttle)
    if (logDirThrottle >= 0) await throttleLogDirs(service, logDirs, logDirThrottle)
  }
  const errors = await alterReassignments(service, partitions)
  if (errors.size > 0) throw new TerseToolExit(`Error reassigning partition(s):\n${errorLines(partitions, errors)}`)
  const names = partitions.toSorted(byName).map(partitionKey).join(',')
  print(io.stdout, `Successfully started partition reassignment${partitions.length === 1 ? '' : 's'} for ${names}`)
  if (logDirs.length > 0) await executeLogDirMoves(service, logDirs, timeoutMs)
}

async function checkBrokers({ admin }: ReassignService, partitions: readonly PartitionReplicas[]): Promise<void> {
  const known = new Set((await admin.describeCluster()).brokers.map(({ nodeId }) => nodeId))
  const unknown = partitions.flatMap(({ replicas }) => replicas).find((id) => !known.has(id))
  if (unknown !== undefined) throw new ToolExit(1, `Unknown broker id ${unknown}`)
}

/** @returns what was refused */
export async function alterReassignments(
  { admin, options }: ReassignService,
  reassignments: readonly NewPartitionReassignment[],
): Promise<ReadonlyMap<string, KafkaError>> {
  const outcomes = await admin.alterPartitionReassignments(reassignments, {
    allowReplicationFactorChange: !options.has('disallow-replication-factor-change'),
  })
  return new Map(Array.from(outcomes).flatMap(([key, outcome]) => (outcome.ok ? [] : [[key, outcome.error] as const])))
}

export const errorLines = (
  partitions: readonly NewPartitionReassignment[],
  errors: ReadonlyMap<string, KafkaError>,
): string =>
  partitions
    .toSorted(byName)
    .map(partitionKey)
    .filter((key) => errors.has(key))
    .map((key) => `${key}: ${messageOf(errors.get(key)!)}`)
    .join('\n')

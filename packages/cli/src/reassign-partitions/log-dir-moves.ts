import { KafkaError, replicaKey } from '@milena/client'
import { TerseToolExit } from './terse-tool-exit.ts'
import { ToolExit } from '../options/option-error.ts'
import { print } from '../tool-io.ts'
import { byReplica } from './partition-order.ts'
import { currentLogDirs, type ReassignService } from './reassign-service.ts'
import type { ReplicaLogDir } from './reassignment-json.ts'

/** A replica that shall be in a folder, and how far it has come. */
export interface LogDirMove {
  readonly target: ReplicaLogDir
  /** Where it is; absent when no folder that can be read has it. */
  readonly current?: string
  /** Where it is being moved to. */
  readonly future?: string
}

export async function findLogDirMoves(
  service: ReassignService,
  targets: readonly ReplicaLogDir[],
): Promise<readonly LogDirMove[]> {
  const known = await currentLogDirs(service, targets)
  return Array.from(targets)
    .sort(byReplica)
    .map((target) => ({ target, ...known.get(replicaKey(target)) }))
}

export const isUnderWay = ({ current, future }: LogDirMove): boolean => current !== undefined && future !== undefined

export function formatLogDirMove({ target, current, future }: LogDirMove): string {
  const { topic, partition, brokerId, path } = target
  const name = `Partition ${topic}-${partition}`
  if (current === undefined) {
    return `${name} is not found in any live log dir on broker ${brokerId}. There is likely an offline log directory on the broker.`
  }
  if (future === undefined) {
    return current === path
      ? `Reassignment of replica ${replicaKey(target)} completed successfully.`
      : `${name} on broker ${brokerId} is not being moved from log dir ${current} to ${path}.`
  }
  return future === path
    ? `Reassignment of replica ${replicaKey(target)} is still in progress.`
    : `${name} on broker ${brokerId} is being moved to log dir ${future} instead of ${path}.`
}

/** How long to wait before a broker is asked again that does not have the replica yet. */
const againAfterMs = 100

/** Lets replicas move into other folders; a broker that shall get a replica first must have it before. */
export async function executeLogDirMoves(
  service: ReassignService,
  moves: readonly ReplicaLogDir[],
  timeoutMs: number,
): Promise<void> {
  const { admin, io } = service
  const deadline = admin.client.deadline(timeoutMs)
  let pending = moves
  for (;;) {
    const begun = await beginMoves(service, pending)
    for (const move of pending.filter((each) => begun.has(replicaKey(each))).toSorted(byReplica)) {
      const { topic, partition, brokerId, path } = move
      print(
        io.stdout,
        `Successfully started moving log directory to ${path} for replica ${topic}-${partition} with broker ${brokerId} `,
      )
    }
    pending = pending.filter((each) => !begun.has(replicaKey(each)))
    if (pending.length === 0) return
    if (deadline.expired) {
      const names = pending.toSorted(byReplica).map(replicaKey).join(',')
      const plural = pending.length === 1 ? '' : 's'
      throw new TerseToolExit(`Timed out before log directory move${plural} could be started for: ${names}`)
    }
    await new Promise<void>((resolve) => admin.client.clock.setTimer(againAfterMs, resolve))
  }
}

async function beginMoves({ admin }: ReassignService, moves: readonly ReplicaLogDir[]): Promise<ReadonlySet<string>> {
  const begun = new Set<string>()
  for (const [key, outcome] of await admin.alterReplicaLogDirs(moves)) {
    if (outcome.ok) begun.add(key)
    else if (!KafkaError.is(outcome.error, 'REPLICA_NOT_AVAILABLE'))
      throw new ToolExit(1, `Failed to alter dir for ${key}`)
  }
  return begun
}

import {
  partitionKey,
  valuesOf,
  type AlterConfigOp,
  type ConfigResource,
  type ReassignmentDescription,
} from '@milena/client'
import { javaHashOrder, javaStringHash } from '../java-hash-order.ts'
import { print } from '../tool-io.ts'
import type { ReassignService } from './reassign-service.ts'
import type { PartitionReplicas, ReplicaLogDir } from './reassignment-json.ts'

const leaderRate = 'leader.replication.throttled.rate'
const followerRate = 'follower.replication.throttled.rate'
const logDirRate = 'replica.alter.log.dirs.io.max.bytes.per.second'
const leaderReplicas = 'leader.replication.throttled.replicas'
const followerReplicas = 'follower.replication.throttled.replicas'

async function alter(
  { admin }: ReassignService,
  type: 'topic' | 'broker',
  changes: ReadonlyMap<string | number, readonly AlterConfigOp[]>,
): Promise<void> {
  const resources = Array.from(changes, ([name, ops]): [ConfigResource, readonly AlterConfigOp[]] => [
    { type, name: String(name) },
    ops,
  ])
  valuesOf(await admin.incrementalAlterConfigs(new Map(resources)))
}

const set = (name: string, value: string | number): AlterConfigOp => ({ name, operation: 'set', value: String(value) })

/** Takes throttles off all brokers, since nobody remembers from which the partitions came, and off the topics. */
export async function clearThrottles(service: ReassignService, targets: readonly PartitionReplicas[]): Promise<void> {
  const { admin, io } = service
  const cluster = await admin.describeCluster()
  const ids = [...cluster.brokers.map(({ nodeId }) => nodeId), ...targets.flatMap(({ replicas }) => replicas)]
  const brokers = javaHashOrder(new Set(ids), (id) => id)
  const clear = (names: readonly string[]): readonly AlterConfigOp[] =>
    names.map((name) => ({ name, operation: 'delete' }))
  const plural = (count: number): string => (count === 1 ? '' : 's')
  print(io.stdout, `Clearing broker-level throttles on broker${plural(brokers.length)} ${brokers.join(',')}`)
  await alter(service, 'broker', new Map(brokers.map((id) => [id, clear([leaderRate, followerRate, logDirRate])])))
  const topics = javaHashOrder(new Set(targets.map(({ topic }) => topic)), javaStringHash)
  print(io.stdout, `Clearing topic-level throttles on topic${plural(topics.length)} ${topics.join(',')}`)
  await alter(service, 'topic', new Map(topics.map((name) => [name, clear([leaderReplicas, followerReplicas])])))
}

/** From where to where a partition moves. */
export interface PartitionMove {
  readonly sources: readonly number[]
  readonly destinations: readonly number[]
}

/** By topic and partition, of what is under way and of what is proposed. */
export type MoveMap = ReadonlyMap<string, ReadonlyMap<number, PartitionMove>>

/** What is proposed comes from where the partition was before anything was under way. */
export function proposedMoves(
  underWay: readonly ReassignmentDescription[],
  proposed: readonly PartitionReplicas[],
  current: readonly PartitionReplicas[],
): MoveMap {
  const moves = new Map<string, Map<number, PartitionMove>>()
  const put = (topic: string, partition: number, move: PartitionMove): void => {
    const own = moves.get(topic) ?? new Map<number, PartitionMove>()
    moves.set(topic, own.set(partition, move))
  }
  for (const { topic, partition, replicas, addingReplicas } of underWay) {
    const sources = replicas.filter((id) => !addingReplicas.includes(id))
    put(topic, partition, { sources, destinations: addingReplicas })
  }
  const placed = new Map(current.map((each) => [partitionKey(each), each.replicas]))
  for (const { topic, partition, replicas } of proposed) {
    const sources = moves.get(topic)?.get(partition)?.sources ?? placed.get(partitionKey({ topic, partition })) ?? []
    put(topic, partition, { sources, destinations: replicas.filter((id) => !sources.includes(id)) })
  }
  return moves
}

/** The replicas of each topic that are throttled: of leaders those that partitions leave, of followers the others. */
export function throttledReplicas(moves: MoveMap, role: 'leader' | 'follower'): ReadonlyMap<string, string> {
  return new Map(
    Array.from(moves, ([topic, partitions]) => {
      const replicas = Array.from(partitions).flatMap(([partition, { sources, destinations }]) =>
        (role === 'leader' ? sources : destinations).map((id) => `${partition}:${id}`),
      )
      return [topic, Array.from(new Set(replicas)).sort().join(',')]
    }),
  )
}

export async function throttleBrokers(service: ReassignService, moves: MoveMap, rate: number): Promise<void> {
  const [leaders, followers] = [throttledReplicas(moves, 'leader'), throttledReplicas(moves, 'follower')]
  await alter(
    service,
    'topic',
    new Map(
      Array.from(moves.keys(), (topic) => [
        topic,
        [set(leaderReplicas, leaders.get(topic)!), set(followerReplicas, followers.get(topic)!)],
      ]),
    ),
  )
  const all = Array.from(moves.values()).flatMap((partitions) => Array.from(partitions.values()))
  const brokers = new Set(all.flatMap(({ sources, destinations }) => [...sources, ...destinations]))
  const ops = [set(leaderRate, rate), set(followerRate, rate)]
  await alter(service, 'broker', new Map(Array.from(brokers, (id) => [id, ops])))
  print(service.io.stdout, `The inter-broker throttle limit was set to ${rate} B/s`)
}

export async function throttleLogDirs(
  service: ReassignService,
  moves: readonly ReplicaLogDir[],
  rate: number,
): Promise<void> {
  const brokers = new Set(moves.map(({ brokerId }) => brokerId))
  await alter(service, 'broker', new Map(Array.from(brokers, (id) => [id, [set(logDirRate, rate)]])))
  print(service.io.stdout, `The replica-alter-dir throttle limit was set to ${rate} B/s`)
}

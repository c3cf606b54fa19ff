import { apis } from '@milena/protocol'

/** An API of Apache Kafka 4.3.1, and the versions of it that its clients speak, those being designed included. */
export interface KnownApi {
  readonly name: string
  readonly oldest: number
  /** -1 for an API that Kafka has given up. */
  readonly latest: number
  /** Whether brokers offer it to clients. */
  readonly isOfBrokers: boolean
}

/** APIs among controllers, and those that have been given up; no client of ours speaks them. */
const others: readonly (readonly [key: number, name: string, oldest: number, latest: number])[] = [
  [4, 'LeaderAndIsr', 0, -1],
  [5, 'StopReplica', 0, -1],
  [6, 'UpdateMetadata', 0, -1],
  [7, 'ControlledShutdown', 0, -1],
  [52, 'Vote', 0, 2],
  [53, 'BeginQuorumEpoch', 0, 1],
  [54, 'EndQuorumEpoch', 0, 1],
  [56, 'AlterPartition', 2, 3],
  [58, 'Envelope', 0, 0],
  [59, 'FetchSnapshot', 0, 1],
  [62, 'BrokerRegistration', 0, 4],
  [63, 'BrokerHeartbeat', 0, 2],
  [70, 'ControllerRegistration', 0, 0],
  [73, 'AssignReplicasToDirs', 0, 0],
  [82, 'UpdateRaftVoter', 0, 0],
]

/** By key. */
export const knownApis: ReadonlyMap<number, KnownApi> = new Map([
  ...apis.map(({ key, name, versions, listeners }): [number, KnownApi] => [
    key,
    { name, oldest: versions.min, latest: versions.max, isOfBrokers: listeners.includes('broker') },
  ]),
  ...others.map(([key, name, oldest, latest]): [number, KnownApi] => [
    key,
    { name, oldest, latest, isOfBrokers: false },
  ]),
])

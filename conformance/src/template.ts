// What histories out of a seed know of a broker, and what they make of it: requests.
import type { Api } from '@milena/client'
import type { Input, Message } from '@milena/protocol'
import type { Known } from './mutate.ts'
import type { Queue } from './queue.ts'
import type { Random } from './random.ts'
import type { TransactionalProducer } from './templates-coordinated.ts'

export interface State extends Known {
  readonly members: string[]
  readonly producerIds: number[]
  readonly sessionIds: number[]
  readonly newName: string
  readonly newRecords: (random: Random) => Uint8Array
  readonly transactional: readonly TransactionalProducer[]
  /** Members of the group whose members are told what they own, and their epochs. */
  readonly consumerGroup: string
  readonly consumers: readonly string[]
  readonly memberEpochs: Map<string, number>
  /** A group of which only the state of its partitions is asked for, as brokers ask each other. */
  readonly shareGroup: string
  /** A group whose members share the records of partitions. */
  readonly queue: Queue
  generationId: number
  sessionEpoch: number
}

export interface Made {
  readonly api: Api
  readonly body: unknown
}

export type Template = (random: Random, state: State) => Made

/** A body of its own, which may be changed. */
export function made<Q extends Message>(api: Api<Q>, body: Input<Q>): Made {
  return { api: api as unknown as Api, body: structuredClone(body) }
}

/** The share coordinator as one share partition needs it: one place at a time, errors thrown as `ApiError`. */
import { errorByCode, Errors } from '@milena/protocol/messages'
import type { SharePersister } from '../coordinators/share-persister.ts'
import { ApiError } from '../request/api-error.ts'
import type { PersistedState, StateBatch } from './partition/share-partition-types.ts'

export interface SharePlace {
  readonly groupId: string
  readonly topicId: string
  readonly partition: number
}

export interface ShareStateWrite extends SharePlace {
  readonly leaderEpoch: number
  readonly stateEpoch: number
  readonly startOffset: number
  readonly deliveryCompleteCount: number
  readonly stateBatches: readonly StateBatch[]
}

export interface ShareStatePort {
  /** A start offset of -1 says that nobody has read yet. */
  read(request: SharePlace & { readonly leaderEpoch: number }): Promise<PersistedState>
  write(request: ShareStateWrite): Promise<void>
}

export function shareStatePort(persister: Pick<SharePersister, 'read' | 'write'>): ShareStatePort {
  return {
    read: async ({ groupId, topicId, ...partition }) => {
      const { results } = await persister.read({ groupId, topics: [{ topicId, partitions: [partition] }] })
      return onlyResult(results)
    },
    write: async ({ groupId, topicId, ...partition }) => {
      const stateBatches = [...partition.stateBatches]
      const partitions = [{ ...partition, stateBatches }]
      const { results } = await persister.write({ groupId, topics: [{ topicId, partitions }] })
      onlyResult(results)
    },
  }
}

interface Result {
  readonly errorCode: number
  readonly errorMessage: string | null
}

function onlyResult<R extends Result>(results: readonly { readonly partitions: readonly R[] }[]): R {
  const result = results[0]?.partitions[0]
  if (result === undefined) throw new Error('the share coordinator has not answered for the partition')
  if (result.errorCode === Errors.NONE.code) return result
  const error = errorByCode(result.errorCode) ?? Errors.UNKNOWN_SERVER_ERROR
  throw new ApiError(error, result.errorMessage ?? undefined)
}

/** How one ShareFetch stands to its session (KIP-932): what is to be read for it, and what of it is worth telling. */
import { Errors } from '@milena/protocol/messages'
import type { KafkaError } from '@milena/protocol/messages'
import type { RequestConnection } from '../request/handler.ts'
import type { SharePartitionManager } from './share-partition-manager.ts'
import { FINAL_EPOCH, nextShareEpoch, OPEN_EPOCH } from './share-session.ts'
import type { SessionPartition, SharePartitionName, ShareSession, ShareSessionKey } from './share-session.ts'

export interface ShareFetchContextRequest {
  readonly key: ShareSessionKey
  readonly sessionEpoch: number
  readonly hasAcknowledgements: boolean
  /** Those that the request names. */
  readonly partitions: readonly (SharePartitionName & { readonly topic: string | null })[]
  readonly forgotten: readonly SharePartitionName[]
  readonly connection: Pick<RequestConnection, 'onClose'>
}

/** As much of a partition's answer as decides whether it is told. */
export interface ShareFetchAnswer extends SharePartitionName {
  readonly errorCode: number
  readonly records: readonly Uint8Array[]
}

export interface ShareFetchContext {
  /** To be read. */
  readonly partitions: readonly SessionPartition[]
  /** What goes into the response, or the error of the whole. */
  respond<Answer extends ShareFetchAnswer>(answers: readonly Answer[]): readonly Answer[] | KafkaError
}

const FINAL: ShareFetchContext = { partitions: [], respond: () => [] }

/** The context, or why the request as a whole is refused. */
export function shareFetchContext(
  manager: SharePartitionManager,
  request: ShareFetchContextRequest,
): ShareFetchContext | KafkaError {
  const { key, sessionEpoch, hasAcknowledgements, partitions, forgotten, connection } = request
  if (sessionEpoch === OPEN_EPOCH) {
    // Nothing can have been acquired in a session that does not exist yet.
    if (hasAcknowledgements) return Errors.INVALID_REQUEST
    const opened = manager.openSession(key, connection)
    if (opened === undefined) return Errors.SHARE_SESSION_LIMIT_REACHED
    for (const partition of partitions) opened.add({ ...partition, mustRespond: false })
    if (opened.size < partitions.length) {
      // As Kafka answers a partition that is named twice.
      manager.forgetSession(key)
      return Errors.UNKNOWN_SERVER_ERROR
    }
    return { partitions: opened.partitions(), respond: (answers) => answers }
  }
  const session = manager.sessions.get(key)
  if (session === undefined) return Errors.SHARE_SESSION_NOT_FOUND
  if (sessionEpoch === FINAL_EPOCH) return FINAL
  if (session.epoch !== sessionEpoch) return Errors.INVALID_SHARE_SESSION_EPOCH
  for (const partition of partitions) session.add({ ...partition, mustRespond: true })
  for (const partition of forgotten) session.forget(partition)
  session.epoch = nextShareEpoch(sessionEpoch)
  return subsequent(session)
}

function subsequent(session: ShareSession): ShareFetchContext {
  const expectedEpoch = session.epoch
  return {
    partitions: session.partitions(),
    respond: (answers) => {
      if (session.epoch !== expectedEpoch) return Errors.INVALID_SHARE_SESSION_EPOCH
      return answers.filter((answer) => isNews(session, answer))
    },
  }
}

function isNews(session: ShareSession, answer: ShareFetchAnswer): boolean {
  const partition = session.get(answer)
  if (partition === undefined) return false
  const hasRecords = answer.records.length > 0
  const isFailed = answer.errorCode !== Errors.NONE.code
  const isNew = hasRecords || isFailed || partition.mustRespond
  partition.mustRespond = isFailed
  if (hasRecords) session.moveToEnd(partition)
  return isNew
}

/** ShareAcknowledge counts as a request of the session, too. Returns why it is refused. */
export function acknowledgeSession(
  manager: SharePartitionManager,
  key: ShareSessionKey,
  sessionEpoch: number,
): KafkaError | undefined {
  if (sessionEpoch === OPEN_EPOCH) return Errors.INVALID_SHARE_SESSION_EPOCH
  const session = manager.sessions.get(key)
  if (session === undefined) return Errors.SHARE_SESSION_NOT_FOUND
  if (sessionEpoch === FINAL_EPOCH) return undefined
  if (session.epoch !== sessionEpoch) return Errors.INVALID_SHARE_SESSION_EPOCH
  session.epoch = nextShareEpoch(sessionEpoch)
  return undefined
}

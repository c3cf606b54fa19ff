import type { QuorumEndpoint, QuorumInfo, QuorumReplica } from '@milena/client'
import { longText } from '../message-json.ts'
import { ToolExit } from '../options/option-error.ts'
import { formatTable } from '../table.ts'
import { print } from '../tool-io.ts'
import type { QuorumService } from './metadata-quorum-command.ts'

export async function describeQuorum({ admin, parsed, io }: QuorumService): Promise<void> {
  const [status, replication] = [parsed.has('status'), parsed.has('replication')]
  const isReadable = parsed.has('human-readable')
  if (status && replication) {
    throw new ToolExit(1, 'Only one of --status or --replication should be specified with describe sub-command')
  }
  if (!status && !replication) {
    throw new ToolExit(1, 'One of --status or --replication must be specified with describe sub-command')
  }
  if (status && isReadable) {
    throw new ToolExit(1, 'The option --human-readable is only supported along with --replication')
  }
  const clusterId = status ? (await admin.describeCluster()).clusterId : null
  const quorum = await admin.describeMetadataQuorum()
  const { clock } = admin.client
  const lines = status
    ? formatStatus(quorum, clusterId)
    : formatReplication(quorum, isReadable ? clock.nowMs() : undefined)
  for (const line of lines) print(io.stdout, line)
}

function leaderOf({ leaderId, voters }: QuorumInfo): QuorumReplica {
  const leader = voters.find(({ replicaId }) => replicaId === leaderId)
  if (leader === undefined) throw new ToolExit(1, 'No value present')
  return leader
}

/** @param nowMs now, when times are shown as how long ago they were */
export function formatReplication(quorum: QuorumInfo, nowMs?: number): readonly string[] {
  const leader = leaderOf(quorum)
  const time = (atMs: number | undefined, what: string): string => {
    if (atMs === undefined) return '-1'
    return nowMs === undefined ? longText(atMs) : `${agoMs(atMs, nowMs, what)} ms ago`
  }
  const rowOf = (status: string) => (replica: QuorumReplica) => [
    replica.replicaId,
    replica.directoryId,
    longText(replica.logEndOffset),
    longText(leader.logEndOffset - replica.logEndOffset),
    time(replica.lastFetchMs, 'last fetch'),
    time(replica.lastCaughtUpMs, 'last caught up'),
    status,
  ]
  return formatTable(
    ['NodeId', 'DirectoryId', 'LogEndOffset', 'Lag', 'LastFetchTimestamp', 'LastCaughtUpTimestamp', 'Status'],
    [
      rowOf('Leader')(leader),
      ...quorum.voters.filter((voter) => voter.replicaId !== leader.replicaId).map(rowOf('Follower')),
      ...quorum.observers.map(rowOf('Observer')),
    ],
  )
}

function agoMs(atMs: number, nowMs: number, what: string): number {
  if (atMs > 0 && atMs <= nowMs) return nowMs - atMs
  throw new ToolExit(
    1,
    `Error while computing relative time, possible drift in system clock.\nCurrent timestamp is ${nowMs}, ${what} timestamp is ${atMs}`,
  )
}

export function formatStatus(quorum: QuorumInfo, clusterId: string | null): readonly string[] {
  const leader = leaderOf(quorum)
  const last = quorum.voters.reduce((a, b) => (b.logEndOffset < a.logEndOffset ? b : a))
  const fields = {
    ClusterId: String(clusterId),
    LeaderId: String(quorum.leaderId),
    LeaderEpoch: String(quorum.leaderEpoch),
    HighWatermark: longText(quorum.highWatermark),
    MaxFollowerLag: longText(leader.logEndOffset - last.logEndOffset),
    MaxFollowerLagTimeMs: longText(lagMs(leader, last)),
    CurrentVoters: replicasText(quorum, quorum.voters),
    CurrentObservers: replicasText(quorum, quorum.observers),
  }
  return Object.entries(fields).map(([name, value]) => `${`${name}:`.padEnd(24)}${value}`)
}

function lagMs(leader: QuorumReplica, last: QuorumReplica): number {
  if (leader === last) return 0
  if (leader.lastCaughtUpMs === undefined || last.lastCaughtUpMs === undefined) return -1
  return leader.lastCaughtUpMs - last.lastCaughtUpMs
}

const noDirectory = 'AAAAAAAAAAAAAAAAAAAAAA'

function replicasText({ endpoints }: QuorumInfo, replicas: readonly QuorumReplica[]): string {
  const texts = replicas.map(({ replicaId, directoryId }) => {
    const own = (endpoints.get(replicaId) ?? []).map((endpoint) => `"${endpointText(endpoint)}"`)
    const parts = [
      `"id": ${replicaId}`,
      ...(directoryId === noDirectory ? [] : [`"directoryId": "${directoryId}"`]),
      ...(own.length === 0 ? [] : [`"endpoints": [${own.join(', ')}]`]),
    ]
    return `{${parts.join(', ')}}`
  })
  return `[${texts.join(', ')}]`
}

export const endpointText = ({ listener, host, port }: QuorumEndpoint): string =>
  `${listener}://${host.includes(':') ? `[${host}]` : host}:${port}`

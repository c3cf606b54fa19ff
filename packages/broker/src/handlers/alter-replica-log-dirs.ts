/**
 * AlterReplicaLogDirs (key 34, KIP-113): moves replicas of this broker between its folders while they are in use. The
 * answer comes when a move has begun; DescribeLogDirs tells how far it has come.
 *
 * Versions: 2 flexible.
 */
import { mapInTurns } from '@milena/coordinator'
import { AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse, Errors } from '@milena/protocol/messages'
import { toApiError } from '../request/api-error.ts'
import { handler } from '../request/handler.ts'
import type { RequestContext } from '../request/handler.ts'

export const alterReplicaLogDirs = handler(AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse, {
  versions: { min: 1, max: 2 },
  handle: async (request, context) => {
    const { clock } = context.services
    const results = await mapInTurns(clock, [...targetsOf(request)], async ([topicName, targets]) => ({
      topicName,
      partitions: await mapInTurns(clock, [...targets], ([partitionIndex, logDir]) => ({
        partitionIndex,
        errorCode: move(topicName, partitionIndex, logDir, context),
      })),
    }))
    return { throttleTimeMs: 0, results }
  },
  errorResponse: ({ code: errorCode }, request) => ({
    throttleTimeMs: 0,
    results: Array.from(targetsOf(request), ([topicName, targets]) => ({
      topicName,
      partitions: Array.from(targets.keys(), (partitionIndex) => ({ partitionIndex, errorCode })),
    })),
  }),
})

/** A partition that is named for several folders goes to the last one. */
function targetsOf({ dirs }: AlterReplicaLogDirsRequest): ReadonlyMap<string, ReadonlyMap<number, string>> {
  const byTopic = new Map<string, Map<number, string>>()
  for (const { path, topics } of dirs) {
    for (const { name, partitions } of topics) {
      const targets = byTopic.get(name) ?? new Map<number, string>()
      for (const partition of partitions) targets.set(partition, path)
      if (targets.size > 0) byTopic.set(name, targets)
    }
  }
  return byTopic
}

function move(topic: string, index: number, logDir: string, { services }: RequestContext): number {
  try {
    services.logs.moveLog({ topic, partition: index }, logDir)
  } catch (cause) {
    return toApiError(cause).code
  }
  const partition = services.replicas.partition(topic, index)
  return (partition === undefined ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.NONE).code
}

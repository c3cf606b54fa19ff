import type { Infer, MetadataResponse } from '@milena/protocol'
import { apis } from '../apis.ts'
import type { Deadline } from '../deadline.ts'
import { KafkaError } from '../kafka-error.ts'
import type { KafkaClient } from './kafka-client.ts'

/** What DescribeCluster calls the two kinds of nodes. */
export const endpointTypes = { brokers: 1, controllers: 2 } as const

/** Controllers do not answer Metadata: they say where the others are, in the shape of that answer, with DescribeCluster. */
export async function requestControllers(
  client: KafkaClient,
  options: {
    readonly deadline: Deadline
    readonly call?: string | undefined
    readonly signal?: AbortSignal | undefined
  },
): Promise<Infer<typeof MetadataResponse>> {
  const { deadline, call, signal } = options
  const response = await client.request(
    apis.describeCluster,
    {
      includeClusterAuthorizedOperations: false,
      endpointType: endpointTypes.controllers,
      includeFencedBrokers: false,
    },
    {
      to: 'any',
      deadline,
      versions: { min: 1 },
      ...(call !== undefined && { call }),
      ...(signal && { signal }),
      check: ({ errorCode, errorMessage }) => KafkaError.check(errorCode, errorMessage),
    },
  )
  return {
    throttleTimeMs: response.throttleTimeMs,
    brokers: response.brokers.map(({ brokerId, host, port, rack }) => ({ nodeId: brokerId, host, port, rack })),
    clusterId: response.clusterId,
    controllerId: response.controllerId,
    topics: [],
    clusterAuthorizedOperations: response.clusterAuthorizedOperations,
    errorCode: 0,
  }
}

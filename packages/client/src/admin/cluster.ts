import { apis } from '../apis.ts'
import type { Broker } from '../cluster/cluster-metadata.ts'
import { endpointTypes } from '../cluster/controller-endpoints.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError } from '../kafka-error.ts'
import type { VersionRange } from '../net/api.ts'
import { software } from '../net/api-versions.ts'
import type { CallOptions } from './per-key.ts'

export interface ClusterDescription {
  readonly clusterId: string | null
  /** -1 while there is none. */
  readonly controllerId: number
  readonly brokers: readonly (Broker & { readonly isFenced: boolean })[]
}

/** Of brokers, or of controllers when the client knows those. With DescribeCluster; from brokers before 2.8, with Metadata. */
export async function describeCluster(
  client: KafkaClient,
  options: CallOptions & { readonly includeFencedBrokers?: boolean } = {},
): Promise<ClusterDescription> {
  const deadline = client.deadline(options.timeoutMs)
  try {
    const response = await client.request(
      apis.describeCluster,
      {
        includeClusterAuthorizedOperations: false,
        ...(client.bootstrapRole === 'controllers' && { endpointType: endpointTypes.controllers }),
        includeFencedBrokers: options.includeFencedBrokers ?? false,
      },
      {
        to: 'any',
        call: 'describeCluster',
        deadline,
        ...(options.signal && { signal: options.signal }),
        ...(options.includeFencedBrokers === true && { versions: { min: 2 } }),
        check: ({ errorCode, errorMessage }) => KafkaError.check(errorCode, errorMessage),
      },
    )
    return {
      clusterId: response.clusterId,
      controllerId: response.controllerId,
      brokers: response.brokers.map(({ brokerId, host, port, rack, isFenced }) => ({
        nodeId: brokerId,
        host,
        port,
        rack,
        isFenced,
      })),
    }
  } catch (error) {
    if (!KafkaError.is(error, 'UNSUPPORTED_VERSION') || options.includeFencedBrokers === true) throw error
    const metadata = await client.refreshMetadata({ deadline, signal: options.signal })
    const brokers = Array.from(metadata.brokers.values(), (broker) => ({ ...broker, isFenced: false }))
    return { clusterId: metadata.clusterId, controllerId: metadata.controllerId, brokers }
  }
}

/** Forgets a broker that will not come back. */
export async function unregisterBroker(
  client: KafkaClient,
  brokerId: number,
  options: CallOptions = {},
): Promise<void> {
  await client.request(
    apis.unregisterBroker,
    { brokerId },
    {
      to: 'controller',
      call: 'unregisterBroker',
      deadline: client.deadline(options.timeoutMs),
      ...(options.signal && { signal: options.signal }),
      check: ({ errorCode, errorMessage }) => KafkaError.check(errorCode, errorMessage),
    },
  )
}

/** Which APIs a node speaks in which versions, by key, those included that this client does not know. */
export async function describeApiVersions(
  client: KafkaClient,
  nodeId: number,
  options: CallOptions = {},
): Promise<Map<number, VersionRange>> {
  const { apiKeys } = await client.request(apis.apiVersions, software, {
    to: { nodeId },
    call: 'describeApiVersions',
    deadline: client.deadline(options.timeoutMs),
    check: ({ errorCode }) => KafkaError.check(errorCode),
  })
  return new Map(apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { min: minVersion, max: maxVersion }]))
}

/**
 * DescribeCluster (key 60): the cluster's id, its controller and its brokers.
 *
 * Versions: 1 endpoint type, brokers or controllers (KIP-919); 2 fenced brokers (KIP-1073).
 */
import { DescribeClusterRequest, DescribeClusterResponse, Errors } from '@milena/protocol/messages'
import { ApiError } from '../request/api-error.ts'
import { allOperations, OPERATIONS_NOT_ASKED } from '../request/authorized-operations.ts'
import { aliveBrokerNodes, type BrokerNode, fencedBrokerNodes } from '../request/broker-nodes.ts'
import { handler } from '../request/handler.ts'

const endpointTypes: Readonly<Record<number, string>> = { 1: 'BROKER', 2: 'CONTROLLER' }
const BROKER = 1

function described({ nodeId, host, port, rack }: BrokerNode, isFenced: boolean) {
  return { brokerId: nodeId, host, port, rack, isFenced }
}

export const describeCluster = handler(DescribeClusterRequest, DescribeClusterResponse, {
  versions: { min: 0, max: 2 },
  handle: (request, context) => {
    const { endpointType, includeFencedBrokers, includeClusterAuthorizedOperations } = request
    const { config, metadata } = context.services
    const wanted = endpointTypes[endpointType]
    if (wanted === undefined) {
      throw new ApiError(Errors.UNSUPPORTED_ENDPOINT_TYPE, `Unsupported endpoint type ${endpointType}`)
    }
    if (endpointType !== BROKER) {
      const message = `The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type ${wanted}`
      throw new ApiError(Errors.MISMATCHED_ENDPOINT_TYPE, message)
    }
    return {
      throttleTimeMs: 0,
      errorCode: Errors.NONE.code,
      endpointType,
      clusterId: metadata.image.clusterId,
      controllerId: config.nodeId,
      brokers: [
        ...aliveBrokerNodes(context).map((node) => described(node, false)),
        ...(includeFencedBrokers ? fencedBrokerNodes(context).map((node) => described(node, true)) : []),
      ],
      clusterAuthorizedOperations: includeClusterAuthorizedOperations ? allOperations.cluster : OPERATIONS_NOT_ASKED,
    }
  },
})

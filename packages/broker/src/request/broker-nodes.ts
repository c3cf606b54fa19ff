/**
 * Where clients find brokers: the one answer of Metadata, FindCoordinator, DescribeCluster and of every response that
 * names a leader. This broker is where this client reached it, unless `advertised.listeners` says otherwise; the others
 * are where they registered for the listener that the client came by.
 */
import type { BrokerImage } from '@milena/metadata'
import type { RequestContext } from './handler.ts'

export interface BrokerNode {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
}

/** Undefined when the broker is not there, or has no listener of this name. */
export function brokerNode(context: RequestContext, nodeId: number): BrokerNode | undefined {
  const { connection, services } = context
  const registered = services.metadata.image.brokers.get(nodeId)
  if (nodeId === services.config.nodeId) {
    const { host, port } = connection.advertised
    return { nodeId, host, port, rack: registered?.rack ?? services.config.get('broker.rack') }
  }
  if (registered === undefined || registered.fenced) return undefined
  return nodeOf(registered, connection.listenerName)
}

/** All brokers that serve clients of this listener. */
export function aliveBrokerNodes(context: RequestContext): BrokerNode[] {
  const { services } = context
  const ids = new Set([services.config.nodeId, ...services.metadata.image.brokers.keys()])
  return [...ids].map((id) => brokerNode(context, id)).filter((node) => node !== undefined)
}

/** Brokers that are registered and do not serve anybody, for who wants to know of them (KIP-1073). */
export function fencedBrokerNodes({ connection, services }: RequestContext): BrokerNode[] {
  const others = [...services.metadata.image.brokers.values()].filter(({ brokerId, fenced }) => {
    return fenced && brokerId !== services.config.nodeId
  })
  return others.map((broker) => nodeOf(broker, connection.listenerName)).filter((node) => node !== undefined)
}

function nodeOf({ brokerId, endpoints, rack }: BrokerImage, listenerName: string): BrokerNode | undefined {
  const endpoint = endpoints.find(({ name }) => name === listenerName)
  if (endpoint === undefined) return undefined
  return { nodeId: brokerId, host: endpoint.host, port: endpoint.port, rack }
}

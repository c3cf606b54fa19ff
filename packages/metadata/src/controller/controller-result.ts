import type { BrokerConfig } from '../config/broker-config.ts'
import type { BrokerConfigLayers } from '../config/describe-configs.ts'
import { resourceTypes } from '../config/config-source.ts'
import { configsOf, type MetadataImage } from '../image/metadata-image.ts'
import type { MetadataRecord } from '../image/metadata-record.ts'

/** The levels of each feature that this node can run, by Kafka's name for it. */
export type SupportedFeatures = Readonly<Record<string, { readonly min: number; readonly max: number }>>

/** What a decision may know beyond the image. */
export interface ControllerContext {
  readonly nodeId: number
  /** The properties that the node was started with. */
  readonly broker: BrokerConfig
  readonly supportedFeatures: SupportedFeatures
  /** The version in which the request came, where the answer depends on it. */
  readonly apiVersion: number
  nextUuid(): string
  /**
   * Counts partitions that are to be made or deleted against the quota of who asks (KIP-599). False: the quota is used
   * up, and they must not be.
   */
  recordMutations(partitions: number): boolean
}

/** A decision: what is to be written, and what is answered once it is. */
export interface ControllerResult<Response> {
  readonly records: readonly MetadataRecord[]
  readonly response: Response
}

export type ControllerHandler<Request, Response> = (
  image: MetadataImage,
  request: Request,
  context: ControllerContext,
) => ControllerResult<Response>

/** As in Kafka, the most records that one request of a user may cause. */
export const MAX_RECORDS_PER_REQUEST = 10_000

/** What gives a broker's configs their values: its properties below the dynamic ones in the image. */
export function brokerConfigLayers(image: MetadataImage, broker: BrokerConfig, nodeId: number): BrokerConfigLayers {
  return {
    broker,
    dynamic: configsOf(image, { resourceType: resourceTypes.BROKER, resourceName: String(nodeId) }),
    dynamicDefault: configsOf(image, { resourceType: resourceTypes.BROKER, resourceName: '' }),
  }
}

/** The node's properties with the dynamic ones of the image on top. */
export function effectiveBrokerConfig(image: MetadataImage, broker: BrokerConfig, nodeId: number): BrokerConfig {
  const { dynamic, dynamicDefault } = brokerConfigLayers(image, broker, nodeId)
  return dynamic.size + dynamicDefault.size === 0 ? broker : broker.withDynamic(dynamicDefault, dynamic)
}

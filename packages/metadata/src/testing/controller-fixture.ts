import type { BrokerConfig, Properties } from '../config/broker-config.ts'
import { parseBrokerConfig } from '../config/parse-broker-config.ts'
import { bootstrapRecords, kafkaFeatures } from '../controller/bootstrap.ts'
import {
  type ControllerApi,
  type ControllerRequest,
  type ControllerResponse,
  handle,
} from '../controller/controller.ts'
import type { ControllerContext } from '../controller/controller-result.ts'
import type { MetadataImage } from '../image/metadata-image.ts'
import type { MetadataRecord } from '../image/metadata-record.ts'
import { emptyImage, replayAll } from '../image/replay.ts'

export const LOG_DIR_ID = 'bG9nLWRpci1pZC0xMTExMQ'

export function brokerConfig(properties: Properties = {}): BrokerConfig {
  const { config, errors } = parseBrokerConfig({ 'log.dirs': '/data', ...properties })
  if (errors.length > 0) throw new Error(errors.map((error) => error.message).join('\n'))
  return config
}

export function registration(brokerId = 1): ControllerRequest<'registerBroker'> {
  return {
    brokerId,
    incarnationId: 'aW5jYXJuYXRpb24tMTExMQ',
    endpoints: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092, securityProtocol: 0 }],
    rack: null,
    logDirs: [LOG_DIR_ID],
    cordonedLogDirs: [],
    previousShutdownWasClean: true,
  }
}

export interface FixtureOptions {
  readonly properties?: Properties
  readonly brokers?: readonly number[]
}

/** A controller without a disk: requests are decided and what they decide holds at once. */
export class ControllerFixture {
  image: MetadataImage
  readonly log: MetadataRecord[] = []
  readonly context: ControllerContext
  #ids = 0

  constructor({ properties = {}, brokers = [1] }: FixtureOptions = {}) {
    this.context = {
      nodeId: 1,
      broker: brokerConfig(properties),
      supportedFeatures: kafkaFeatures,
      apiVersion: Number.MAX_SAFE_INTEGER,
      nextUuid: () => this.#nextId(),
      recordMutations: () => true,
    }
    this.image = emptyImage('cluster')
    this.apply(bootstrapRecords(this.context))
    for (const brokerId of brokers) this.run('registerBroker', registration(brokerId))
    this.log.length = 0
  }

  apply(records: readonly MetadataRecord[]): void {
    this.image = replayAll(this.image, records).image
    this.log.push(...records)
  }

  /** Decides, applies, and gives the response. */
  run<A extends ControllerApi>(api: A, request: ControllerRequest<A>, apiVersion?: number): ControllerResponse<A> {
    const context = apiVersion === undefined ? this.context : { ...this.context, apiVersion }
    const { records, response } = handle(api, this.image, request, context)
    this.apply(records)
    return response
  }

  createTopic(name: string, options: TopicOptions = {}): ControllerResponse<'createTopics'>['topics'][number] {
    return this.run('createTopics', topicsRequest([{ name, ...options }])).topics[0]!
  }

  /** Names and the essential values of what was written since the start, as short lines. */
  takeLog(): string[] {
    return this.log.splice(0).map(brief)
  }

  #nextId(): string {
    this.#ids += 1
    return `topic-id-${String(this.#ids).padStart(12, '0')}A`
  }
}

export interface TopicOptions {
  readonly numPartitions?: number
  readonly replicationFactor?: number
  readonly assignments?: readonly (readonly [number, readonly number[]])[]
  readonly configs?: Readonly<Record<string, string | null>>
}

export function topicsRequest(
  topics: readonly ({ readonly name: string } & TopicOptions)[],
  validateOnly = false,
): ControllerRequest<'createTopics'> {
  return {
    timeoutMs: 0,
    validateOnly,
    topics: topics.map(({ name, assignments = [], configs = {}, ...rest }) => ({
      name,
      numPartitions: rest.numPartitions ?? (assignments.length > 0 ? -1 : 1),
      replicationFactor: rest.replicationFactor ?? (assignments.length > 0 ? -1 : 1),
      assignments: assignments.map(([partitionIndex, brokerIds]) => ({ partitionIndex, brokerIds })),
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    })),
  }
}

function brief({ name, value }: MetadataRecord): string {
  const fields = Object.entries(value)
    .filter(([, field]) => field !== null && !(Array.isArray(field) && field.length === 0))
    .map(([key, field]) => `${key}=${typeof field === 'object' ? JSON.stringify(field) : String(field)}`)
  return `${name.replace(/Record$/, '')} ${fields.join(' ')}`
}

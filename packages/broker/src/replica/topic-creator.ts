/**
 * Makes topics that are named before they exist (Kafka's AutoTopicCreationManager): those of users when
 * `auto.create.topics.enable` allows it, and those in which coordinators keep their state.
 *
 * The controller is next door, so who names a topic waits for it, a few milliseconds; what comes next finds the topic.
 */
import type { BrokerConfig, MetadataService } from '@milena/metadata'
import { errorByCode, Errors } from '@milena/protocol/messages'
import type { CreateTopicsRequest, KafkaError } from '@milena/protocol/messages'
import type { Logger } from '@milena/runtime'
import { creatableInternalTopic } from '../coordinators/internal-topics.ts'

const TIMEOUT_MS = 30_000

type CreatableTopic = CreateTopicsRequest['topics'][number]

export interface TopicCreatorOptions {
  readonly config: BrokerConfig
  readonly metadata: Pick<MetadataService, 'submit' | 'image'>
  readonly logger: Logger
}

export class TopicCreator {
  readonly #config: BrokerConfig
  readonly #metadata: Pick<MetadataService, 'submit' | 'image'>
  readonly #logger: Logger
  /** By name: many clients may ask for the same topic at once. */
  readonly #underWay = new Map<string, Promise<KafkaError | undefined>>()

  constructor({ config, metadata, logger }: TopicCreatorOptions) {
    this.#config = config
    this.#metadata = metadata
    this.#logger = logger
  }

  /** Resolves with why the topic cannot be made, or undefined when it is there. */
  create(name: string): Promise<KafkaError | undefined> {
    if (this.#metadata.image.topics.has(name)) return Promise.resolve(undefined)
    let creation = this.#underWay.get(name)
    if (creation === undefined) {
      creation = this.#create(name).finally(() => this.#underWay.delete(name))
      this.#underWay.set(name, creation)
    }
    return creation
  }

  async #create(name: string): Promise<KafkaError | undefined> {
    const topic = creatableInternalTopic(name, this.#config) ?? this.#userTopic(name)
    const request = { topics: [topic], timeoutMs: TIMEOUT_MS, validateOnly: false }
    const { topics } = await this.#metadata.submit('createTopics', request)
    const { errorCode, errorMessage } = topics[0] ?? { errorCode: Errors.UNKNOWN_SERVER_ERROR.code, errorMessage: null }
    if (errorCode === Errors.NONE.code || errorCode === Errors.TOPIC_ALREADY_EXISTS.code) return undefined
    const error = errorByCode(errorCode) ?? Errors.UNKNOWN_SERVER_ERROR
    this.#logger
      .limited(`create-${error.name}`)
      .warn('A topic cannot be created automatically', { topic: name, error: error.name, reason: errorMessage })
    return error
  }

  #userTopic(name: string): CreatableTopic {
    const { numPartitions, defaultReplicationFactor } = this.#config
    return { name, numPartitions, replicationFactor: defaultReplicationFactor, assignments: [], configs: [] }
  }
}

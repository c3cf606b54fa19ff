/**
 * A broker: everything put together in the order in which each part needs the others, and taken apart in reverse.
 * Several of them live in one process without knowing of each other.
 */
import { configsOf, effectiveBrokerConfig, MetadataService, resourceTypes } from '@milena/metadata'
import type { BrokerConfig } from '@milena/metadata'
import { errorByCode, Errors } from '@milena/protocol/messages'
import type { Clock, FileSystem, Logger, Random } from '@milena/runtime'
import { LogManager } from '@milena/storage'
import { brokerFeatures } from './broker-features.ts'
import type { BrokerServices } from './broker-services.ts'
import { GroupCoordinator } from './coordinators/group-coordinator.ts'
import { ShareCoordinator } from './coordinators/share-coordinator.ts'
import { SharePersister } from './coordinators/share-persister.ts'
import { TransactionCoordinator } from './coordinators/transaction-coordinator.ts'
import { allHandlers } from './handlers/all-handlers.ts'
import { logManagerOptions } from './log-manager-options.ts'
import { brokerQuotas } from './quota/broker-quotas.ts'
import type { OpenServer, RequestServer } from './network/request-server.ts'
import { ResponseMemory } from './network/response-memory.ts'
import { SocketServer } from './network/socket-server.ts'
import type { EndPoint } from './network/socket-server.ts'
import { followCordonedLogDirs, takeUpCordonedLogDirs } from './replica/cordoned-log-dirs.ts'
import { FetchSessionCache } from './replica/fetch-session-cache.ts'
import { ProducerIdManager } from './replica/producer-id-manager.ts'
import { ReplicaManager } from './replica/replica-manager.ts'
import { TopicCreator } from './replica/topic-creator.ts'
import { TransactionMarkerWriter } from './replica/transaction-markers.ts'
import { ApiError } from './request/api-error.ts'
import { HandlerTable } from './request/handler-table.ts'
import { RequestProcessor } from './request/request-processor.ts'
import { RequestThrottle } from './request/request-throttle.ts'
import { SharePartitionManager } from './share/share-partition-manager.ts'
import { shareStatePort } from './share/share-state-port.ts'
import { connectionLimits, registeredEndpoints, socketServerOptions } from './socket-server-options.ts'

/** Bytes that may wait for peers that do not read, before responses become smaller. */
const RESPONSE_MEMORY_BYTES = 256 * 1024 * 1024
/** How long requests that have begun may take when the broker stops. */
const SHUTDOWN_GRACE_MS = 5_000

export interface BrokerPorts {
  readonly fs: FileSystem
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Where requests come from; sockets unless given. */
  readonly openServer?: OpenServer
}

/** What clients make a broker hold at this moment. */
export interface Pressure {
  readonly connections: number
  /** Of requests that arrive, wait or are being handled. */
  readonly requestBytes: number
  /** Of responses that wait for peers that do not read. */
  readonly responseBytes: number
}

interface RunningParts {
  /** Takes everything apart, in reverse order. */
  readonly parts: AsyncDisposableStack
  readonly services: BrokerServices
  readonly sockets: RequestServer
  readonly failed: Promise<Error>
}

export class Broker implements AsyncDisposable {
  /** Each with the port that was really opened. */
  readonly listeners: readonly EndPoint[]
  /** Resolves if this broker can do no more: none of its log folders is fit for use. It should then be closed. */
  readonly failed: Promise<Error>
  readonly #services: BrokerServices
  readonly #sockets: RequestServer
  readonly #parts: AsyncDisposableStack
  #closed: Promise<void> | undefined

  private constructor({ parts, services, sockets, failed }: RunningParts) {
    this.#parts = parts
    this.#services = services
    this.#sockets = sockets
    this.listeners = sockets.listeners
    this.failed = failed
  }

  /**
   * Resolves when clients can connect. Throws, with nothing left open: ListenError when a port is taken, what the file
   * system says when the data cannot be read or is in use.
   */
  static async start(config: BrokerConfig, ports: BrokerPorts): Promise<Broker> {
    await using parts = new AsyncDisposableStack()
    const logger = ports.logger.child('Broker')
    const failure = Promise.withResolvers<Error>()
    const responseMemory = new ResponseMemory(RESPONSE_MEMORY_BYTES)
    const socketLogger = ports.logger.child('SocketServer')
    const openServer = ports.openServer ?? ((options) => SocketServer.open(options))
    const sockets = await openServer({
      ...socketServerOptions(config),
      clock: ports.clock,
      logger: socketLogger,
      responseMemory,
    })
    parts.defer(() => sockets.close(0))

    let opened: LogManager | undefined
    const logs = await LogManager.open({
      ...logManagerOptions(config, ports.fs),
      ...ports,
      onLogDirFailure: (_, error) => {
        // While they are being opened, a folder that is of no use is for `open` to judge.
        if (opened?.logDirs.every((dir) => dir.failure !== undefined) === true) failure.resolve(error)
      },
    })
    opened = logs
    parts.defer(() => logs.close())

    const metadata = await MetadataService.open({
      config,
      clusterId: logs.clusterId,
      supportedFeatures: brokerFeatures,
      ...ports,
    })
    parts.defer(() => metadata.close())
    parts.defer(followConnectionLimits(config, metadata, sockets))
    const brokerEpoch = await register({ config, metadata, logs, sockets, random: ports.random })
    parts.defer(followCordonedLogDirs({ config, metadata, logs, brokerEpoch, logger }))

    const services = await assemble({ config, ports, metadata, logs, brokerEpoch, responseMemory, parts })
    logs.startBackground()
    const { quotas } = services
    const throttle = new RequestThrottle({ quotas, clock: ports.clock })
    sockets.serve(new RequestProcessor({ services, throttle, logger: ports.logger.child('RequestProcessor') }), (ip) =>
      quotas.recordConnection(ip, ports.clock.monotonicMs()),
    )
    // Last in, first out: before anything else stops, what clients have begun is answered.
    parts.defer(() => sockets.close(SHUTDOWN_GRACE_MS))
    logger.info('Started', {
      nodeId: config.nodeId,
      clusterId: logs.clusterId,
      listeners: sockets.listeners.map(({ name, host, port }) => `${name}://${host}:${port}`).join(','),
    })
    return new Broker({ parts: parts.move(), services, sockets, failed: failure.promise })
  }

  get pressure(): Pressure {
    const { connectionCount: connections, requestBytes } = this.#sockets
    return { connections, requestBytes, responseBytes: this.#services.responseMemory.waitingBytes }
  }

  get clusterId(): string {
    return this.#services.metadata.image.clusterId
  }

  /** Answers what has begun, makes everything durable and leaves nothing behind. A second call waits for the first. */
  close(): Promise<void> {
    this.#closed ??= this.#parts.disposeAsync()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Keeps to what is set while the broker runs; returns how to stop. */
function followConnectionLimits(config: BrokerConfig, metadata: MetadataService, sockets: RequestServer): () => void {
  const apply = (): void => {
    const { image } = metadata
    const resource = { resourceType: resourceTypes.BROKER, resourceName: String(config.nodeId) }
    sockets.limits = connectionLimits(effectiveBrokerConfig(image, config, config.nodeId), configsOf(image, resource))
  }
  apply()
  return metadata.onChange(({ changedConfigs }) => {
    if (changedConfigs.some(({ resourceType }) => resourceType === resourceTypes.BROKER)) apply()
  })
}

interface Registration {
  readonly config: BrokerConfig
  readonly metadata: MetadataService
  readonly logs: LogManager
  readonly sockets: RequestServer
  readonly random: Random
}

/** Enters the broker into the cluster's metadata; returns its epoch. */
async function register({ config, metadata, logs, sockets, random }: Registration): Promise<number> {
  const { brokerEpoch } = await metadata.submit('registerBroker', {
    brokerId: config.nodeId,
    incarnationId: random.uuid(),
    endpoints: registeredEndpoints(config, sockets.listeners),
    rack: config.get('broker.rack'),
    logDirs: logs.logDirs.flatMap(({ meta }) => meta.directoryId ?? []),
    cordonedLogDirs: takeUpCordonedLogDirs({ config, metadata, logs }),
    previousShutdownWasClean: logs.logDirs.every(({ hadCleanShutdown }) => hadCleanShutdown),
  })
  return brokerEpoch
}

interface Assembly {
  readonly config: BrokerConfig
  readonly ports: BrokerPorts
  readonly metadata: MetadataService
  readonly logs: LogManager
  readonly brokerEpoch: number
  readonly responseMemory: ResponseMemory
  readonly parts: AsyncDisposableStack
}

/** Everything that handlers use, running. */
async function assemble(assembly: Assembly): Promise<BrokerServices> {
  const { config, ports, metadata, logs, responseMemory, parts } = assembly
  const { clock, random, logger } = ports
  const { nodeId } = config
  const replicas = new ReplicaManager({ nodeId, logs, config, logger: logger.child('ReplicaManager') })
  await replicas.start(metadata.image)
  parts.defer(metadata.onChange((delta) => replicas.apply(delta)))

  const coordinators = startCoordinators(assembly, replicas)
  const { shares, sharePersister, topicCreator } = coordinators
  const sharePartitions = new SharePartitionManager({
    config,
    metadata,
    replicas,
    state: shareStatePort(sharePersister),
    clock,
    logger: logger.child('SharePartitionManager'),
  })
  sharePartitions.start()
  parts.defer(() => sharePartitions.close())
  return {
    config,
    clock,
    random,
    logger: logger.child('Handlers'),
    metadata,
    logs,
    replicas,
    topicCreator,
    fetchSessions: new FetchSessionCache({
      slots: config.get('max.incremental.fetch.session.cache.slots'),
      clock,
      random,
    }),
    producerIds: coordinators.producerIds,
    responseMemory,
    quotas: brokerQuotas(config, metadata),
    groups: coordinators.groups.service,
    transactions: coordinators.transactions.service,
    shareState: shares.service,
    sharePersister,
    sharePartitions,
    transactionMarkers: coordinators.transactionMarkers,
    handlers: new HandlerTable(allHandlers),
  }
}

interface Coordinators {
  readonly groups: GroupCoordinator
  readonly shares: ShareCoordinator
  readonly sharePersister: SharePersister
  readonly topicCreator: TopicCreator
  readonly transactions: TransactionCoordinator
  readonly transactionMarkers: TransactionMarkerWriter
  readonly producerIds: ProducerIdManager
}

/** What coordinates clients, running on what this broker leads. */
function startCoordinators(assembly: Assembly, replicas: ReplicaManager): Coordinators {
  const { config, ports, metadata, brokerEpoch, parts } = assembly
  const { clock, random, logger } = ports
  const topicCreator = new TopicCreator({ config, metadata, logger: logger.child('TopicCreator') })
  const shares = new ShareCoordinator({ config, metadata, replicas, clock, random, logger })
  shares.start()
  parts.defer(() => shares.close())
  const sharePersister = new SharePersister({ coordinator: shares.service, topicCreator, clock })

  const groups = new GroupCoordinator({ config, metadata, replicas, sharePersister, clock, random, logger })
  groups.start()
  parts.defer(() => groups.close())

  const producerIds = new ProducerIdManager(async () => {
    const block = await metadata.submit('allocateProducerIds', { brokerId: config.nodeId, brokerEpoch })
    const error = errorByCode(block.errorCode)
    if (error !== undefined && error !== Errors.NONE) throw new ApiError(error)
    return { firstProducerId: block.producerIdStart, size: block.producerIdLen }
  })
  const transactionMarkers = new TransactionMarkerWriter({
    replicas,
    groups: groups.service,
    clock,
    logger: logger.child('TransactionMarkerWriter'),
    timeoutMs: config.get('request.timeout.ms'),
  })
  const transactions = new TransactionCoordinator({
    config,
    metadata,
    replicas,
    markers: transactionMarkers,
    producerIds,
    clock,
    random,
    logger,
  })
  transactions.start()
  parts.defer(() => transactions.close())
  return { groups, shares, sharePersister, topicCreator, transactions, transactionMarkers, producerIds }
}

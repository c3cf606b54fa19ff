import { Errors } from '@milena/protocol/messages'
import type { Clock, FileSystem, Logger, Random } from '@milena/runtime'
import type { BrokerConfig } from '../config/broker-config.ts'
import { bootstrapRecords } from '../controller/bootstrap.ts'
import {
  type ControllerApi,
  type ControllerRequest,
  type ControllerResponse,
  handle,
} from '../controller/controller.ts'
import type { ControllerContext, SupportedFeatures } from '../controller/controller-result.ts'
import type { MetadataImage } from '../image/metadata-image.ts'
import type { MetadataRecord } from '../image/metadata-record.ts'
import { type MetadataDelta, replayAll } from '../image/replay.ts'
import { LocalMetadataStore } from './local-metadata-store.ts'
import type { MetadataStore } from './metadata-store.ts'

export interface MetadataServiceOptions {
  /** The node's properties; `metadata.log.dir` or the first of `log.dirs` is where the metadata lies. */
  readonly config: BrokerConfig
  readonly clusterId: string
  /** What this node implements; all of it is finalized at its highest level when the cluster is new. */
  readonly supportedFeatures: SupportedFeatures
  readonly fs: FileSystem
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

interface Write {
  readonly records: readonly MetadataRecord[]
  readonly delta: MetadataDelta | null
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

export interface SubmitOptions {
  /** The version in which the request came; the newest unless given. */
  readonly apiVersion?: number
  /** See `ControllerContext`; without it nothing is counted. */
  readonly recordMutations?: (partitions: number) => boolean
}

const NEWEST = Number.MAX_SAFE_INTEGER

/** The metadata cannot be written, for now or, when the node stops, for good; `code` is the Kafka error. */
export class MetadataFailedError extends Error {
  override readonly name = 'MetadataFailedError'
  readonly code = Errors.KAFKA_STORAGE_ERROR.code
}

/**
 * The controller at work. Requests are decided one after the other, each on what the ones before it decided; those that
 * wait for the disk together are written as one batch with one sync. Nothing is answered, and no listener hears of it,
 * before it would survive a loss of power.
 */
export class MetadataService {
  readonly #store: MetadataStore
  readonly #options: MetadataServiceOptions
  readonly #listeners = new Set<(delta: MetadataDelta) => void>()
  #image: MetadataImage
  /** The image with what is still being written. */
  #decided: MetadataImage
  #waiting: Write[] = []
  #flushing: Promise<void> | null = null
  #closed = false

  private constructor(store: MetadataStore, options: MetadataServiceOptions) {
    this.#store = store
    this.#options = options
    this.#image = store.loaded
    this.#decided = store.loaded
  }

  static async open(options: MetadataServiceOptions): Promise<MetadataService> {
    const { config, fs, clock, clusterId } = options
    const store = await LocalMetadataStore.open({
      logDir: config.metadataLogDir,
      clusterId,
      fs,
      clock,
      logger: options.logger.child('MetadataStore'),
      maxBytesBetweenSnapshots: config.get('metadata.log.max.record.bytes.between.snapshots'),
    })
    const service = new MetadataService(store, options)
    if (service.image.offset < 0) {
      // The broker's registration follows at once and is written with it: nobody has to wait for this.
      service.#write(bootstrapRecords(service.#context(NEWEST))).catch(() => {})
    }
    return service
  }

  /** What is written. It never changes; the next write brings another. */
  get image(): MetadataImage {
    return this.#image
  }

  /** Decides a request and answers when the decision is durable. @throws MetadataFailedError */
  async submit<A extends ControllerApi>(
    api: A,
    request: ControllerRequest<A>,
    { apiVersion = NEWEST, recordMutations = () => true }: SubmitOptions = {},
  ): Promise<ControllerResponse<A>> {
    if (this.#closed) throw new MetadataFailedError('The metadata service is closed')
    const { records, response } = handle(api, this.#decided, request, this.#context(apiVersion, recordMutations))
    await this.#write(records)
    return response
  }

  /** Called after every durable change, in order. What a listener throws is logged. Returns how to stop it. */
  onChange(listener: (delta: MetadataDelta) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Finishes what is being written. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#flushing
    await this.#store.close()
  }

  #context(apiVersion: number, recordMutations = (_partitions: number) => true): ControllerContext {
    const { config, random, supportedFeatures } = this.#options
    return {
      nodeId: config.nodeId,
      broker: config,
      supportedFeatures,
      apiVersion,
      nextUuid: () => random.uuid(),
      recordMutations,
    }
  }

  /** An empty write waits too: a refusal may rest on what is not durable yet, such as a name that is taken. */
  #write(records: readonly MetadataRecord[]): Promise<void> {
    if (records.length === 0 && this.#waiting.length === 0 && this.#flushing === null) return Promise.resolve()
    const delta = records.length === 0 ? null : replayAll(this.#decided, records)
    if (delta !== null) this.#decided = delta.image
    return new Promise((done, failed) => {
      this.#waiting.push({ records, delta, done, failed })
      this.#flushing ??= this.#flush()
    })
  }

  async #flush(): Promise<void> {
    // What was submitted in the same turn goes into the same batch.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const writes = this.#waiting
      this.#waiting = []
      const records = writes.flatMap((write) => write.records)
      try {
        if (records.length > 0) await this.#store.append(records)
      } catch (error) {
        this.#giveUp(writes, error)
        continue
      }
      for (const write of writes) this.#publish(write)
      await this.#compact()
    }
    this.#flushing = null
  }

  /** What was decided meanwhile rests on what could not be written: it fails too, and all is as it was before. */
  #giveUp(writes: readonly Write[], cause: unknown): void {
    const undone = [...writes, ...this.#waiting]
    this.#waiting = []
    this.#decided = this.#image
    const { logger } = this.#options
    logger
      .limited('write')
      .error('The metadata log could not be written; the next change tries again', { error: cause })
    for (const write of undone)
      write.failed(new MetadataFailedError('The metadata log could not be written', { cause }))
  }

  #publish({ delta, done }: Write): void {
    if (delta !== null) {
      this.#image = delta.image
      for (const listener of this.#listeners) {
        try {
          listener(delta)
        } catch (error) {
          this.#options.logger.error('A listener of metadata changes failed', { error })
        }
      }
    }
    done()
  }

  async #compact(): Promise<void> {
    try {
      await this.#store.compact(this.#image)
    } catch (error) {
      // The log is whole and goes on growing until a later snapshot succeeds.
      this.#options.logger.error('A snapshot of the metadata could not be taken', { error })
    }
  }
}

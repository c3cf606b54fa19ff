/**
 * One share fetch: reads what can be handed out of its partitions, and where that is too little waits, at most
 * `maxWaitMs`, until records are committed, given back or no longer locked (Kafka's DelayedShareFetch).
 */
import { Errors } from '@milena/protocol/messages'
import type { KafkaError } from '@milena/protocol/messages'
import type { Clock } from '@milena/runtime'
import type { FetchPartition, FetchResult } from '../replica/fetch-partition.ts'
import { readPartitions } from '../replica/fetch-reader.ts'
import type { Partition } from '../replica/partition.ts'
import type { ReplicaManager } from '../replica/replica-manager.ts'
import { errorCodeOf } from '../request/api-error.ts'
import type { RequestConnection } from '../request/handler.ts'
import { abortedBatches } from './aborted-batches.ts'
import type { AcquiredRecords } from './partition/share-partition-types.ts'
import { batchesOf, sliceAcquired } from './share-fetch-records.ts'
import { ShareFetchWait } from './share-fetch-wait.ts'
import type { SharePartition } from './share-partition.ts'
import type { SharePartitionManager } from './share-partition-manager.ts'
import type { SharePartitionName, ShareSessionKey } from './share-session.ts'

export interface ShareFetchPartition extends SharePartitionName {
  readonly topic: string
}

export interface ShareFetchOptions {
  readonly key: ShareSessionKey
  /** In the order in which they are served. */
  readonly partitions: readonly ShareFetchPartition[]
  readonly maxWaitMs: number
  readonly minBytes: number
  /** Of the whole answer, at the moment of the read. */
  readonly maxBytes: () => number
  readonly maxRecords: number
  readonly batchSize: number
  readonly isRecordLimit: boolean
  readonly isReadCommitted: boolean
}

export interface ShareFetchServices {
  readonly manager: SharePartitionManager
  readonly replicas: ReplicaManager
  readonly clock: Clock
  readonly connection: Pick<RequestConnection, 'onClose' | 'isClosed'>
}

export interface ShareFetchResult extends ShareFetchPartition {
  readonly errorCode: number
  readonly records: readonly Uint8Array[]
  readonly acquired: readonly AcquiredRecords[]
}

/** A partition that is reserved for this fetch. */
interface Started {
  readonly share: SharePartition
  readonly partition: ShareFetchPartition
  readonly fetchOffset: number
}

interface Read extends Started {
  readonly result: FetchResult
}

export class ShareFetch {
  readonly #options: ShareFetchOptions
  readonly #services: ShareFetchServices
  readonly #shares = new Map<ShareFetchPartition, SharePartition>()
  readonly #failed = new Map<ShareFetchPartition, number>()
  readonly #wait: ShareFetchWait

  constructor(options: ShareFetchOptions, services: ShareFetchServices) {
    this.#options = options
    this.#services = services
    for (const partition of options.partitions) this.#find(partition)
    const { clock, connection } = services
    const { maxWaitMs } = options
    const logs = [...this.#shares.keys()].flatMap((each) => this.#logOf(each) ?? [])
    this.#wait = new ShareFetchWait({
      shares: [...this.#shares.values()],
      partitions: logs,
      maxWaitMs,
      clock,
      connection,
    })
  }

  /** Partitions of which there is nothing to tell are not in the result. Never rejects. */
  async run(): Promise<ShareFetchResult[]> {
    try {
      return await this.#serve()
    } finally {
      this.#wait.close()
    }
  }

  async #serve(): Promise<ShareFetchResult[]> {
    const { minBytes } = this.#options
    while (this.#shares.size > 0) {
      const isLast = this.#wait.isOver || this.#hasToldEnough()
      this.#wait.begin()
      // What fails while there is something to hand out is told when it fails again.
      const failures = this.#failures()
      const started = this.#start()
      let missingBytes = minBytes
      if (started.length > 0 && this.#options.maxBytes() < 0) return [...this.#refuse(started), ...failures]
      if (started.length > 0) {
        const { reads, sizeInBytes, isUrgent } = await this.#read(started)
        missingBytes -= sizeInBytes
        const isEnough = missingBytes <= 0 || isUrgent || isLast
        // Nothing is handed out to one who is gone.
        if (isEnough && !this.#services.connection.isClosed) return [...this.#finish(reads), ...failures]
        for (const { share } of started) share.endFetch(false)
      }
      if (isLast) break
      await this.#wait.until(missingBytes)
    }
    return this.#failures()
  }

  /** Who has an error to tell waits for no records, but tells of all partitions: each must have been loaded. */
  #hasToldEnough(): boolean {
    return this.#failed.size > 0 && [...this.#shares.values()].every(({ isActive }) => isActive)
  }

  #find(partition: ShareFetchPartition): void {
    const { groupId } = this.#options.key
    const found = this.#services.manager.getOrCreate({ groupId, ...nameOf(partition) }, partition.topic)
    if ('code' in found) {
      this.#failed.set(partition, found.code)
      return
    }
    this.#shares.set(partition, found)
    found.loaded.catch((error: unknown) => this.#fail(partition, errorCodeOf(error)))
  }

  #fail(partition: ShareFetchPartition, errorCode: number): void {
    this.#failed.set(partition, errorCode)
    this.#shares.delete(partition)
    this.#wait.onShareChange()
  }

  #start(): Started[] {
    const started: Started[] = []
    for (const [partition, share] of this.#shares) {
      const fetchOffset = share.startFetch(this.#wait)
      if (fetchOffset !== undefined) started.push({ share, partition, fetchOffset })
    }
    return started
  }

  /** Less than no bytes cannot be shared out, for which Kafka has no better word. */
  #refuse(started: readonly Started[]): ShareFetchResult[] {
    const errorCode = Errors.UNKNOWN_SERVER_ERROR.code
    return started.map(({ share, partition }) => {
      share.endFetch(false)
      return { ...partition, errorCode, records: [], acquired: [] }
    })
  }

  /** Every partition gets an equal part of the bytes. */
  async #read(
    started: readonly Started[],
  ): Promise<{ readonly reads: Read[]; readonly sizeInBytes: number; readonly isUrgent: boolean }> {
    const maxBytes = this.#options.maxBytes()
    const partitionMaxBytes = Math.max(1, Math.floor(maxBytes / started.length))
    const byRequest = new Map<FetchPartition, Started>()
    for (const each of started) byRequest.set(fetchPartition(each, partitionMaxBytes), each)
    const { results, sizeInBytes } = await readPartitions([...byRequest.keys()], {
      replicas: this.#services.replicas,
      maxBytes,
      isReadCommitted: this.#options.isReadCommitted,
      isSizeNegative: false,
    })
    const reads = results.flatMap((result) => {
      const each = byRequest.get(result.request)
      return each === undefined ? [] : [{ ...each, result }]
    })
    return { reads, sizeInBytes, isUrgent: reads.some((read) => this.#isUrgent(read)) }
  }

  /** An error is told at once; but where the log has lost its end, there is nothing to tell until it grows again. */
  #isUrgent({ partition, fetchOffset, result: { error } }: Read): boolean {
    if (error !== Errors.OFFSET_OUT_OF_RANGE) return error !== undefined
    return fetchOffset <= (this.#logOf(partition)?.logEndOffset ?? 0)
  }

  #finish(reads: readonly Read[]): ShareFetchResult[] {
    let acquiredCount = 0
    const found = reads.map((read) => {
      const told = this.#acquire(read, acquiredCount)
      for (const { firstOffset, lastOffset } of told.acquired) acquiredCount += lastOffset - firstOffset + 1
      return told
    })
    for (const { share } of reads) share.endFetch(true)
    return found
  }

  #acquire({ share, partition, fetchOffset, result }: Read, acquiredCount: number): ShareFetchResult {
    const { error, records, abortedTransactions } = result
    const nothing = { ...partition, records: [], acquired: [] }
    // The log has moved on; the member comes again and reads where it begins now.
    if (error === Errors.OFFSET_OUT_OF_RANGE) share.followLogStart()
    if (error !== undefined) return { ...nothing, errorCode: told(error).code }
    const batches = batchesOf(records)
    const { key, maxRecords, batchSize, isRecordLimit } = this.#options
    const acquired = share.acquire({
      memberId: key.memberId,
      isRecordLimit,
      maxRecords: maxRecords - acquiredCount,
      batchSize,
      fetchOffset,
      batches: batches.map(({ baseOffset, lastOffset }) => ({ firstOffset: baseOffset, lastOffset })),
      aborted: abortedBatches(batches, abortedTransactions ?? []),
    })
    if (acquired.length === 0) return { ...nothing, errorCode: Errors.NONE.code }
    return { ...nothing, errorCode: Errors.NONE.code, records: sliceAcquired(records, acquired), acquired }
  }

  #failures(): ShareFetchResult[] {
    return [...this.#failed].map(([partition, errorCode]) => ({ ...partition, errorCode, records: [], acquired: [] }))
  }

  #logOf({ topic, partition }: ShareFetchPartition): Partition | undefined {
    return this.#services.replicas.partition(topic, partition)
  }
}

/** That an offset is out of range is the share partition's own affair. */
function told(error: KafkaError): KafkaError {
  return error === Errors.OFFSET_OUT_OF_RANGE ? Errors.NONE : error
}

function fetchPartition({ partition, fetchOffset }: Started, maxBytes: number): FetchPartition {
  return { ...partition, fetchOffset, maxBytes, currentLeaderEpoch: -1, lastFetchedEpoch: -1 }
}

function nameOf({ topicId, partition }: SharePartitionName): SharePartitionName {
  return { topicId, partition }
}

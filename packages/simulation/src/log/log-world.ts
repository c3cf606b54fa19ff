import { buildBatch, endTransactionMarker } from '@milena/records'
import type { FileSystem, LogEntry } from '@milena/runtime'
import { ManualClock, SeededRandom, captureLogger } from '@milena/runtime'
import type { LogConfig, TopicPartition, UnifiedLog } from '@milena/storage'
import { LogManager, defaultCleanerConfig, defaultLogConfig, topicPartitionName } from '@milena/storage'
import type { LogEvent, LogModel } from './log-model.ts'
import { COMPACTED_TOPIC, endOf, newLogModel } from './log-model.ts'
import type { Step } from './step.ts'
import { LOGS } from './step.ts'
import type { Models, Timeline } from './timeline.ts'

export const logDirs = ['/logs', '/more']

/** Small enough that a handful of batches rolls, deletes, and fills several entries of each index. */
export const worldConfig: LogConfig = {
  ...defaultLogConfig,
  segmentBytes: 420,
  indexIntervalBytes: 120,
  retentionMs: 6000,
  fileDeleteDelayMs: 1000,
}

const compactedConfig: LogConfig = { ...worldConfig, cleanupPolicy: ['compact'], minCleanableDirtyRatio: 0 }

/** So many keys do the records of the compacted log have. */
const KEYS = 4

const START_MS = 1_700_000_000_000

/** The logs of the world by number, before anything happened to them. */
export function newModels(): Models {
  const partitions = Array.from({ length: LOGS }, (_, log) => ({ topic: 'abcdefgh'[log]!, partition: 0 }))
  partitions.push({ topic: COMPACTED_TOPIC, partition: 0 })
  return new Map(partitions.map((each) => [topicPartitionName(each), newLogModel(each, topicIdOf(0))]))
}

function topicIdOf(incarnation: number): string {
  return Buffer.alloc(16, incarnation + 1).toString('base64url')
}

function incarnationOf(topicId: string): number {
  return Buffer.from(topicId, 'base64url')[0]! - 1
}

/** The disk's history, as far as the world wants to know of it. */
export interface WorldDisk {
  readonly fs: FileSystem
  /** How many operations have taken effect. */
  readonly point: () => number
  readonly idle: () => Promise<void>
}

/** A broker's storage on a disk, and who uses it: carries out the steps of a history, and notes what was promised. */
export class LogWorld {
  readonly clock: ManualClock
  readonly timeline: Timeline
  manager!: LogManager
  /** What was found wrong when a log came back after the disk had refused something. */
  readonly complaints: string[] = []
  /** The power went, and what is there has not been looked at. */
  isRecovering = false
  readonly #disk: WorldDisk
  readonly #capture
  readonly #names: readonly string[]
  readonly #listened = new WeakSet<UnifiedLog>()
  #underWay: Promise<unknown>[] = []
  #leaderEpoch = 0
  #values = 0
  #incarnations: number
  #syncTogetherMin: number | undefined

  constructor(o: { readonly disk: WorldDisk; readonly timeline: Timeline; readonly clock?: ManualClock }) {
    this.clock = o.clock ?? new ManualClock(START_MS)
    this.#disk = o.disk
    this.timeline = o.timeline
    this.#names = [...o.timeline.now.keys()]
    this.#capture = captureLogger({ clock: this.clock })
    // What was cut may be there again, and no leader appends in an epoch before that of another.
    const batches = [...o.timeline.now.values()].flatMap((model) => [...model.batches, ...model.earlier.flat()])
    this.#leaderEpoch = Math.max(0, ...batches.map(({ view }) => view.partitionLeaderEpoch))
    this.#incarnations = 1 + Math.max(...[...o.timeline.now.values()].map(({ topicId }) => incarnationOf(topicId)))
  }

  /** What the storage said. */
  get logged(): readonly LogEntry[] {
    return this.#capture.entries
  }

  get underWay(): number {
    return this.#underWay.length
  }

  async open(): Promise<void> {
    const random = new SeededRandom(this.clock.nowMs() + this.#disk.point())
    this.manager = await LogManager.open({
      logDirs,
      fs: this.#disk.fs,
      clock: this.clock,
      random,
      logger: this.#capture.logger,
      nodeId: 1,
      // Two logs that wait for the one that is being synced are served together, and soon fill a commit file. Another time
      // all go there.
      syncsAtATime: 1,
      syncTogetherMin: this.#syncTogetherMin ?? 1 + random.int(2),
      commitFileBytes: 1100,
      clusterId: 'simulated',
      defaultConfig: worldConfig,
      cleaner: { ...defaultCleanerConfig, dedupeBufferBytes: 50_000, ioBufferBytes: 2000 },
    })
    this.manager.onMoved((log) => this.#listen(log))
    this.manager.onResumed((log) => this.#noteResumed(log))
    this.manager.onOpened((topicPartition) => this.#noteOpened(topicPartition))
    // As a broker does before it lets retention loose: logs are opened with the configs of all.
    this.manager.updateConfig(COMPACTED_TOPIC, compactedConfig)
    for (const log of this.manager.logs()) this.#listen(log)
  }

  /** The log with this name, made or found; one of an earlier topic goes, as a broker lets it go. */
  async log(name: string): Promise<UnifiedLog> {
    const { topicPartition, topicId, earlierTopicIds, isCompacted } = this.model(name)
    const known = this.manager.log(topicPartition)
    if (known !== undefined && earlierTopicIds.includes(known.topicId)) await this.manager.deleteLog(topicPartition)
    const log = await this.manager.getOrCreateLog(topicPartition, topicId, isCompacted ? compactedConfig : worldConfig)
    this.#listen(log)
    return log
  }

  model(name: string): LogModel {
    return this.timeline.now.get(name)!
  }

  #record(name: string, event: LogEvent): void {
    this.timeline.record(this.#disk.point(), name, event)
  }

  #listen(log: UnifiedLog): void {
    if (this.#listened.has(log)) return
    this.#listened.add(log)
    const name = topicPartitionName(log.topicPartition)
    log.updateHighWatermark(log.writtenOffset)
    log.listen({
      onWritten: () => void log.updateHighWatermark(log.writtenOffset),
      onLogStartOffset: () => this.#record(name, { kind: 'started', offset: log.logStartOffset }),
    })
  }

  /** What had not reached the disk is gone, and nobody may have been told of it. */
  #noteResumed(log: UnifiedLog): void {
    this.#listen(log)
    const name = topicPartitionName(log.topicPartition)
    const { topicId, promisedOffset, writtenOffset } = this.model(name)
    if (log.topicId !== topicId) return
    const offset = log.logEndOffset
    const due = Math.max(promisedOffset, writtenOffset)
    if (offset < due) this.complaints.push(`${name} came back at ${offset}, and what is before ${due} was acknowledged`)
    this.#record(name, { kind: 'resumed', offset })
  }

  /** A log that the disk had kept closed at the start. */
  #noteOpened(topicPartition: TopicPartition): void {
    const log = this.manager.log(topicPartition)
    if (log === undefined || this.#listened.has(log)) return
    if (topicPartition.topic === COMPACTED_TOPIC) log.updateConfig(compactedConfig)
    if (this.isRecovering) this.#listen(log)
    else this.#noteResumed(log)
  }

  /** Opens the storage again behind a failure of the disk, on which no power was lost. */
  async reopen(): Promise<void> {
    await this.open()
    for (const log of this.manager.logs()) this.#noteResumed(log)
  }

  /** Carries out a step. Steps that make no sense at the moment do nothing. */
  async run(step: Step): Promise<void> {
    const done = this.#begin(step)
    if (step.do === 'settle' || !('later' in step) || step.later !== true) await done
    else this.#underWay.push(done.catch(() => undefined))
    await this.#disk.idle()
  }

  async #begin(step: Step): Promise<void> {
    switch (step.do) {
      case 'produce':
        return this.#produce(step)
      case 'produceToAll':
        return this.#produceToAll(step)
      case 'endTransaction':
        return this.#endTransaction(step)
      case 'roll':
        return (await this.#log(step)).roll()
      case 'flush':
        return this.#flush(step)
      case 'retention':
        return this.manager.deleteOldSegments()
      case 'checkpoint':
        return this.#checkpoint()
      case 'checkpointHighWatermarks':
        return this.manager.checkpointHighWatermarks()
      case 'deleteRecords':
        return this.#deleteRecords(step)
      case 'truncate':
      case 'startAfresh':
        return this.#cut(step)
      case 'move':
        return this.#move(step)
      case 'bumpEpoch':
        this.#leaderEpoch += 1
        return
      case 'recreate':
        return this.#recreate(step)
      case 'advance':
        return this.clock.advanceAsync(step.ms)
      case 'settle':
        return this.settle()
      case 'compact':
        return void (await this.manager.cleaner.cleanNow())
      case 'restart':
        this.#syncTogetherMin = step.syncTogetherMin
        return this.restart()
    }
  }

  #name({ log }: { readonly log: number }): string {
    return this.#names[log]!
  }

  #log(step: { readonly log: number }): Promise<UnifiedLog> {
    return this.log(this.#name(step))
  }

  async #produce(step: Extract<Step, { do: 'produce' }>): Promise<void> {
    const name = this.#name(step)
    const log = await this.log(name)
    const nowMs = this.clock.nowMs()
    const records = step.sizes.map((size, index) => {
      this.#values += 1
      const key = this.model(name).isCompacted ? Buffer.from(`key ${(this.#values * 7) % KEYS}`) : null
      return { timestamp: nowMs + index, key, value: Buffer.from(`${this.#values}`.padEnd(size, '.')) }
    })
    const producer = step.producer === undefined ? {} : this.#producer(log, step.producer, step.transactional === true)
    await this.#append(name, log, buildBatch({ records, ...producer }), { origin: 'client', acks: step.acks })
  }

  async #produceToAll({ size }: Extract<Step, { do: 'produceToAll' }>): Promise<void> {
    const appends = this.#names.map((_, log) => this.#produce({ do: 'produce', log, sizes: [size], acks: 'flushed' }))
    await Promise.all(appends)
  }

  /** How a producer goes on; each has an id that says whether it is transactional. */
  #producer(log: UnifiedLog, number: number, isTransactional: boolean) {
    const producerId = 10 * (isTransactional ? 2 : 1) + number
    const entry = log.activeProducers().find((each) => each.producerId === producerId)
    const baseSequence = (entry?.lastSequence ?? -1) + 1
    return { producerId, producerEpoch: entry?.producerEpoch ?? 0, baseSequence, isTransactional }
  }

  async #endTransaction(step: Extract<Step, { do: 'endTransaction' }>): Promise<void> {
    const name = this.#name(step)
    const log = await this.log(name)
    const { producerId, producerEpoch } = this.#producer(log, step.producer, true)
    const entry = log.activeProducers().find((each) => each.producerId === producerId)
    if (entry?.currentTxnFirstOffset === undefined) return
    const marker = endTransactionMarker({
      producerId,
      producerEpoch,
      committed: step.commit,
      coordinatorEpoch: this.#leaderEpoch,
      timestamp: this.clock.nowMs(),
    })
    await this.#append(name, log, marker, { origin: 'coordinator', acks: 'flushed' })
  }

  async #append(
    name: string,
    log: UnifiedLog,
    bytes: Uint8Array,
    o: { origin: 'client' | 'coordinator'; acks: 'flushed' | 'written' | 'nothing' },
  ): Promise<void> {
    const appended = log.appendAsLeader(bytes, { leaderEpoch: this.#leaderEpoch, origin: o.origin })
    if (!appended.ok) throw new Error(`${name} took no batch: ${appended.message}`)
    // The log owns the bytes from here on, and has patched them.
    this.#record(name, { kind: 'appended', bytes: Uint8Array.from(bytes) })
    if (o.acks === 'nothing') return
    await appended.written
    this.#record(name, { kind: 'written', offset: appended.lastOffset + 1 })
    if (o.acks === 'written') return
    await log.flushed(appended.lastOffset + 1)
    this.#record(name, { kind: 'promised', offset: appended.lastOffset + 1 })
  }

  async #flush(step: { readonly log: number }): Promise<void> {
    const log = await this.#log(step)
    const offset = log.logEndOffset
    if (endOf(this.model(this.#name(step)).batches, 0) === 0) return
    await log.flushed(offset)
    this.#record(this.#name(step), { kind: 'promised', offset })
  }

  async #checkpoint(): Promise<void> {
    const starts = [...this.manager.logs()].map((log) => [log, log.logStartOffset, log.topicId] as const)
    await this.manager.checkpointOffsets()
    for (const [log, offset, topicId] of starts) {
      // What the disk refused is written down later.
      if (this.#isRefused(log)) continue
      const name = topicPartitionName(log.topicPartition)
      if (this.model(name).topicId === topicId && this.manager.log(log.topicPartition) === log) {
        this.#record(name, { kind: 'startPromised', offset })
      }
    }
  }

  #isRefused(log: UnifiedLog): boolean {
    const logDir = this.manager.logDirOf(log.topicPartition)
    return this.manager.logDirs.find(({ path }) => path === logDir)?.refusal !== undefined
  }

  async #deleteRecords(step: { readonly log: number; readonly at: number }): Promise<void> {
    const log = await this.#log(step)
    log.deleteRecordsTo(log.logStartOffset + Math.round(step.at * (log.highWatermark - log.logStartOffset)))
  }

  async #cut(step: Extract<Step, { do: 'truncate' | 'startAfresh' }>): Promise<void> {
    await this.settle()
    const name = this.#name(step)
    const log = await this.log(name)
    if (step.do === 'startAfresh') {
      const offset = log.logEndOffset + step.gap
      this.#record(name, { kind: 'cut', offset: 0 })
      this.#record(name, { kind: 'started', offset })
      await this.#cutting(log, () => log.truncateFullyAndStartAt(offset))
      return
    }
    const boundaries = this.model(name).batches.map(({ view }) => view.baseOffset)
    const inside = boundaries.filter((offset) => offset > log.logStartOffset)
    const offset = inside[Math.floor(step.at * inside.length)]
    if (offset === undefined) return
    this.#record(name, { kind: 'cut', offset })
    await this.#cutting(log, () => log.truncateTo(offset))
  }

  /** A cut that was refused before it began did not happen. */
  async #cutting(log: UnifiedLog, cut: () => Promise<void>): Promise<void> {
    try {
      await cut()
    } catch (error) {
      if (log.failure === undefined) this.#noteResumed(log)
      throw error
    }
  }

  async #move(step: { readonly log: number }): Promise<void> {
    const log = await this.#log(step)
    const from = this.manager.logDirOf(log.topicPartition)
    this.#record(this.#name(step), { kind: 'moving' })
    this.manager.moveLog(
      log.topicPartition,
      logDirs.find((dir) => dir !== from)!,
    )
    await this.manager.moveOf(log.topicPartition)?.done
  }

  async #recreate(step: { readonly log: number }): Promise<void> {
    await this.settle()
    const name = this.#name(step)
    const { topicPartition } = this.model(name)
    this.#record(name, { kind: 'deleting' })
    // The topic is gone, whatever the disk says; then its log goes before the new one is made.
    await this.manager.deleteLog(topicPartition).catch(() => undefined)
    this.#record(name, { kind: 'made', topicId: topicIdOf(this.#incarnations++) })
    await this.log(name)
  }

  /** Waits for everything that was begun. */
  async settle(): Promise<void> {
    const underWay = this.#underWay
    this.#underWay = []
    await Promise.all(underWay)
    await this.#disk.idle()
  }

  /** Stops in order; then everything is promised. */
  async stop(): Promise<void> {
    await this.settle()
    await this.manager.close()
    for (const log of this.manager.logs()) {
      const name = topicPartitionName(log.topicPartition)
      if (log.failure !== undefined) continue
      this.#record(name, { kind: 'promised', offset: log.logEndOffset })
      if (this.#isRefused(log)) continue
      this.#record(name, { kind: 'startPromised', offset: log.logStartOffset })
    }
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.reopen()
  }
}

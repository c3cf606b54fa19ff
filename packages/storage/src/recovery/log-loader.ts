import path from 'node:path'
import { baseOffsetAt, lastOffsetAt, leaderEpochAt } from '../segment/batch-header.ts'
import type { ScannedBatch } from '../segment/batch-scanner.ts'
import { completeSwaps, hasSwaps } from '../cleaner/swap-recovery.ts'
import { LeaderEpochCache } from '../log/leader-epoch-cache.ts'
import { endForeignSegment } from './foreign-log.ts'
import type { LogConfig } from '../log-config.ts'
import type { LogContext, LogGate } from '../log-context.ts'
import type { LogFolder } from '../segment/log-folder.ts'
import { emptyLogFolder, readLogFolder } from '../segment/log-folder.ts'
import { LEADER_EPOCH_CHECKPOINT_FILE } from '../segment/log-files.ts'
import { refuseStart } from './log-corruption.ts'
import { recoverLog } from './log-recovery.ts'
import type { ExistingSegment } from '../segment/log-segment.ts'
import { LogSegment } from '../segment/log-segment.ts'
import { LogSegments } from '../segment/log-segments.ts'
import type { LogState } from '../manager/log-state.ts'
import { readTextIfPresent } from '../manager/offset-checkpoint.ts'
import { rebuildProducers } from '../producers/producer-rebuild.ts'
import { ProducerSnapshots } from '../producers/producer-snapshots.ts'
import { ProducerStateManager } from '../producers/producer-state-manager.ts'
import { CorruptFileError } from '../storage-error.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { topicPartitionName } from '../topic-partition.ts'
import { repairTransactionIndexes } from './transaction-index-repair.ts'
import { UnifiedLog } from '../log/unified-log.ts'

export interface LoadOptions {
  readonly topicPartition: TopicPartition
  readonly topicId: string
  readonly directory: string
  /** The log folder; without it nothing is ever refused. */
  readonly gate?: LogGate
  /** As in LocalLogOptions: for a folder that was just made. */
  readonly unsyncedParent?: string
  /** The folder was just made and holds nothing of a log. */
  readonly isNew?: boolean
  readonly config: LogConfig
  readonly context: LogContext
  /** The log was closed in order and its recovery point is its end: nothing needs to be validated. */
  readonly hadCleanShutdown: boolean
  /**
   * What is damaged behind the recovery point is cut off, whatever it looks like: it was this process that wrote it, and
   * it knows that the disk failed.
   */
  readonly cutsUnflushed?: boolean
  /** Apache Kafka has written it: the last segment may have gaps. */
  readonly isForeign?: boolean
  /** The checkpoint is damaged: 0 does not mean that nothing had been flushed. */
  readonly recoveryPointIsLost?: boolean
  /** Called with the bytes of every batch that a recovery has looked at. */
  readonly onRecovered?: (bytes: number) => void
  /** From the checkpoints; 0 where they say nothing. */
  readonly recoveryPoint: number
  readonly logStartOffset: number
  readonly highWatermark: number
  /** As the orderly stop left it; without it the files are looked at. */
  readonly state?: LogState | undefined
}

/** A log while it is put together. */
export interface LogInLoading {
  readonly name: string
  readonly context: LogContext
  readonly segments: LogSegments
  readonly epochs: LeaderEpochCache
  readonly producers: ProducerStateManager
  readonly snapshots: ProducerSnapshots
  readonly recoveryPoint: number
  readonly logStartOffset: number
  /** As in {@link LoadOptions}. */
  readonly cutsUnflushed: boolean
  readonly isForeign: boolean
  readonly recoveryPointIsLost: boolean
  /** All of it was on the disk once: no write can have broken off. */
  readonly endedInOrder?: boolean
  readonly newSegment: (baseOffset: number) => LogSegment
  /** Brings the epochs that were found to the disk, before anything is by which the next recovery would not find them. */
  readonly checkpointEpochs: () => Promise<void>
  /** The recovery came by offsets that no batch has: the log was compacted. */
  hasGaps?: boolean
  /** Counts what the recovery reads. */
  readonly onRecovered: (bytes: number) => void
  /** Segments of which an index file is not there. */
  readonly lackingIndexes: ReadonlySet<LogSegment>
}

/**
 * Opens the log in a partition's folder (Kafka's LogLoader). After an orderly stop only names, sizes and the small
 * files are looked at; after a crash everything behind the recovery point is validated, and the first batch that is
 * torn or damaged ends the log.
 */
export async function loadLog(o: LoadOptions): Promise<UnifiedLog> {
  const segments = new LogSegments()
  try {
    return await load(o, segments)
  } catch (error) {
    // Whoever mends the folder, or takes it away, must not find its files in use.
    for (const segment of segments.values()) await segment.closeFiles()
    throw error
  }
}

async function load(o: LoadOptions, segments: LogSegments): Promise<UnifiedLog> {
  const { context, directory } = o
  const folder = o.isNew === true ? emptyLogFolder : await readFolder(o)
  for (const leftover of folder.leftovers) await context.fs.remove(leftover)
  const configRef = { current: o.config }
  const newSegment = (baseOffset: number, existing?: ExistingSegment): LogSegment =>
    new LogSegment({
      baseOffset,
      directory,
      context,
      config: () => configRef.current,
      nowMs: context.clock.nowMs(),
      jitterMs: 0,
      ...(existing === undefined ? {} : { existing }),
    })
  for (const found of folder.segments) segments.add(newSegment(found.baseOffset, found))
  if (folder.segments.length === 0) segments.add(newSegment(o.logStartOffset))

  const state = stateToTrust(o, folder)
  const { epochs, areLost, checkpointedRevision } =
    state === undefined ? await loadEpochs(o, folder) : epochsOf(state, folder)
  // For a small log nobody waited until it was on the disk.
  const isCheckpointDurable = !segments.isSmall
  const logStartOffset = Math.max(o.logStartOffset, segments.first.baseOffset)
  const log: LogInLoading = {
    name: topicPartitionName(o.topicPartition),
    context,
    segments,
    epochs,
    producers: new ProducerStateManager(logStartOffset),
    snapshots: new ProducerSnapshots({ fs: context.fs, directory, offsets: folder.snapshotOffsets }),
    recoveryPoint: o.recoveryPoint,
    logStartOffset,
    cutsUnflushed: o.cutsUnflushed === true,
    isForeign: o.isForeign === true,
    recoveryPointIsLost: o.recoveryPointIsLost === true,
    newSegment,
    checkpointEpochs: epochsCheckpoint(o, epochs, checkpointedRevision),
    onRecovered: o.onRecovered ?? (() => undefined),
    lackingIndexes: new Set(state === undefined && segments.isSmall ? [] : lackingIndexes(segments, folder)),
  }
  if (state === undefined) await repairTransactionIndexes(log)
  let logEndOffset = await openAsLeft(log, o, state)
  if (logEndOffset < logStartOffset) {
    if (o.hadCleanShutdown) refuseStart(log, logEndOffset)
    logEndOffset = await startOver(log, newSegment(logStartOffset))
  }
  if (areLost || lacksEpochs(log)) await rebuildEpochs(log, Infinity)
  else await restoreFirstEpochs(log, logEndOffset)
  epochs.truncateFromEnd(logEndOffset)
  epochs.truncateFromStart(logStartOffset)
  if (log.isForeign) await endForeignSegment(log, logEndOffset)
  await segments.active.loadRollState()
  // What this process wrote, and brought to the disk when it was back, is not in doubt.
  const doubtful = log.cutsUnflushed ? Infinity : o.recoveryPoint
  // What the process before this one wrote may still be on its way to the disk, and so may the names of its files.
  if (!o.hadCleanShutdown) for (const segment of segments.values(o.recoveryPoint)) segment.distrust(doubtful)
  const recoveryPoint = o.hadCleanShutdown ? logEndOffset : Math.min(o.recoveryPoint, logEndOffset)
  const highWatermark = Math.max(logStartOffset, Math.min(o.highWatermark, logEndOffset))
  // An orderly stop writes down the topic id of a log without records, whose own file no sync has covered.
  const isOnlyStated = o.state !== undefined && o.recoveryPoint === 0
  const isTopicIdDoubtful = isOnlyStated || (!o.hadCleanShutdown && !log.cutsUnflushed)
  const loaded = { ...o, ...log, configRef, checkpointedRevision, isCheckpointDurable, isTopicIdDoubtful }
  return new UnifiedLog({ ...loaded, logEndOffset, recoveryPoint, highWatermark }, context)
}

function lackingIndexes(segments: LogSegments, folder: LogFolder): readonly LogSegment[] {
  return segments.values().filter((_, index) => folder.segments[index]?.lacksIndex === true)
}

/** An orderly stop leaves no file of them beside a small log, whose batches know them. */
function lacksEpochs({ epochs, segments }: LogInLoading): boolean {
  return epochs.latestEpoch === undefined && segments.isSmall && segments.active.writtenBytes > 0
}

async function readFolder({ directory, context, state }: LoadOptions): Promise<LogFolder> {
  const folder = await readLogFolder(context.fs, directory, state?.segments)
  if (!hasSwaps(folder.names)) return folder
  await completeSwaps({ ...context, directory, names: folder.names })
  return readLogFolder(context.fs, directory)
}

/** The state, unless the folder has not what it says. */
function stateToTrust({ state }: LoadOptions, folder: LogFolder): LogState | undefined {
  if (state === undefined) return undefined
  const bases = new Set(state.segments.map(({ baseOffset }) => baseOffset))
  const isAsLeft =
    folder.segments.length === bases.size && folder.segments.every((found) => bases.has(found.baseOffset))
  return isAsLeft ? state : undefined
}

async function openAsLeft(log: LogInLoading, o: LoadOptions, state: LogState | undefined): Promise<number> {
  if (!o.hadCleanShutdown) return recoverLog(log)
  // The checkpoint was written last of all. Where it is another one, the state is that of these files all the same?
  const isAsLeft =
    state === undefined || state.logEndOffset === o.recoveryPoint || (await endsAt(log, state.logEndOffset))
  if (!isAsLeft) return recoverLog({ ...log, endedInOrder: true, recoveryPoint: state.logEndOffset })
  return state === undefined ? openClean(log) : resume(log, state)
}

/** Takes the word of the stop for everything; only indexes whose files were taken away since are made again. */
async function resume(
  { segments, producers, lackingIndexes, context }: LogInLoading,
  state: LogState,
): Promise<number> {
  const { logEndOffset } = state
  const { active } = segments
  if (state.firstTimestamp !== undefined) active.noteFirstBatch(state.firstTimestamp)
  if (state.maxTimestamp !== undefined) active.indexes.resume(state.maxTimestamp)
  for (const segment of lackingIndexes) await segment.indexes.makeMissing()
  if (state.producers === undefined) producers.reset(logEndOffset)
  else {
    const content = Buffer.from(state.producers, 'base64')
    producers.load(content, logEndOffset, context.clock.nowMs(), context.producerIdExpirationMs())
  }
  return logEndOffset
}

interface LoadedEpochs {
  readonly epochs: LeaderEpochCache
  readonly checkpointedRevision: number
  /** The file was damaged: the epochs are empty, and have to be read from the log. */
  readonly areLost: boolean
}

function epochsOf(state: LogState, folder: LogFolder): LoadedEpochs {
  const epochs = new LeaderEpochCache(state.epochs)
  const isWritten = folder.names.includes(LEADER_EPOCH_CHECKPOINT_FILE)
  return { epochs, checkpointedRevision: isWritten ? epochs.revision : 0, areLost: false }
}

async function loadEpochs(o: LoadOptions, folder: LogFolder): Promise<LoadedEpochs> {
  const file = path.join(o.directory, LEADER_EPOCH_CHECKPOINT_FILE)
  const isWritten = folder.names.includes(LEADER_EPOCH_CHECKPOINT_FILE)
  const text = isWritten ? await readTextIfPresent(o.context.fs, file) : undefined
  if (text === undefined) return { epochs: new LeaderEpochCache(), checkpointedRevision: 0, areLost: false }
  try {
    const epochs = LeaderEpochCache.parse(text)
    return { epochs, checkpointedRevision: epochs.revision, areLost: false }
  } catch (error) {
    if (!(error instanceof CorruptFileError)) throw error
    o.context.logger.error('The leader epochs are read from the log, because their file is damaged', {
      file,
      reason: error.message,
    })
    return { epochs: new LeaderEpochCache(), checkpointedRevision: -1, areLost: true }
  }
}

/** Writes the epochs down, unless the file has them. One that is damaged stays: the whole log has to be read for it. */
function epochsCheckpoint(
  { context, directory }: LoadOptions,
  epochs: LeaderEpochCache,
  checkpointedRevision: number,
): () => Promise<void> {
  let revision = checkpointedRevision
  return async () => {
    if (revision < 0 || revision === epochs.revision) return
    revision = epochs.revision
    await context.fs.writeFile(path.join(directory, LEADER_EPOCH_CHECKPOINT_FILE), epochs.format(), { atomic: true })
  }
}

/** Reads the epochs from the headers of the batches before `endOffset`. */
async function rebuildEpochs({ epochs, segments }: LogInLoading, endOffset: number): Promise<void> {
  epochs.clear()
  for (const segment of segments.values()) {
    if (segment.baseOffset >= endOffset) return
    const visit = ({ bytes, at }: ScannedBatch): boolean => {
      const epoch = leaderEpochAt(bytes, at)
      if (baseOffsetAt(bytes, at) >= endOffset) return false
      if (epoch > (epochs.latestEpoch ?? -1)) epochs.assign(epoch, baseOffsetAt(bytes, at))
      return true
    }
    const { endPosition, problem } = await segment.scan({ from: 0, visit })
    if (problem !== undefined && endPosition < segment.writtenBytes) throw segment.corruption(endPosition, problem)
  }
}

/**
 * Where records were deleted, their epochs went with them. A loss of power before the new log start offset was written
 * down brings the records back, and their headers know the epochs.
 */
async function restoreFirstEpochs(log: LogInLoading, logEndOffset: number): Promise<void> {
  const { epochs, logStartOffset } = log
  const first = epochs.earliestEntry?.startOffset
  if (first === undefined || first <= logStartOffset || logStartOffset >= logEndOffset) return
  const known = epochs.entries
  await rebuildEpochs(log, first)
  for (const { epoch, startOffset } of known) epochs.assign(epoch, startOffset)
}

/** Takes the word of the orderly stop; only what was taken away since is made again. */
async function openClean(log: LogInLoading): Promise<number> {
  for (const segment of log.lackingIndexes) await segment.indexes.makeMissing()
  const logEndOffset = await readEnd(log)
  // The stop wrote the same to the checkpoint. Neither is under a checksum, so that the batches have to be looked at.
  const isAsChecked = log.recoveryPoint === 0 || log.recoveryPoint === logEndOffset
  if (logEndOffset === undefined || !isAsChecked) {
    const fields = { partition: log.name, recoveryPoint: log.recoveryPoint, logEndOffset }
    log.context.logger.warn('A log does not end where it was closed; it is validated as after a crash', fields)
    return recoverLog({ ...log, endedInOrder: true })
  }
  await rebuildProducers({ ...log, logEndOffset })
  return logEndOffset
}

async function endsAt(log: LogInLoading, logEndOffset: number): Promise<boolean> {
  return (await readEnd(log)) === logEndOffset
}

/** The end as the last batches say it; undefined where there is something else behind them, or the index leads astray. */
async function readEnd({ segments: { active } }: LogInLoading): Promise<number | undefined> {
  const { offset, position } = await active.indexedBatch(Infinity)
  let logEndOffset = active.baseOffset
  const { endPosition } = await active.scan({
    from: position,
    visit: ({ bytes, at, position: found }) => {
      logEndOffset = lastOffsetAt(bytes, at) + 1
      return found !== position || position === 0 || logEndOffset === offset + 1
    },
  })
  return endPosition === active.writtenBytes ? logEndOffset : undefined
}

/** All records are before the log start offset: they go, and the log goes on there (as Kafka's LogLoader does). */
async function startOver(log: LogInLoading, segment: LogSegment): Promise<number> {
  const old = log.segments.values()
  log.context.logger.warn('The log ends before its start offset; it is emptied and goes on there', {
    partition: log.name,
    logStartOffset: log.logStartOffset,
  })
  for (const other of old) await other.remove()
  log.segments.add(segment)
  log.segments.remove(new Set(old))
  await segment.create()
  log.producers.reset(log.logStartOffset)
  await log.snapshots.removeForGood(() => true)
  return log.logStartOffset
}

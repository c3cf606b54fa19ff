import { RecordBatch } from '@milena/records'
import type { TopicPartition } from '@milena/storage'

/** A batch as it must stand in the log. */
export interface ModelBatch {
  readonly bytes: Uint8Array
  readonly view: RecordBatch
}

/** What happened to a log, or was promised of it. Offsets without more words are those of the log. */
export type LogEvent =
  | { readonly kind: 'made'; readonly topicId: string }
  | { readonly kind: 'appended'; readonly bytes: Uint8Array }
  /** Someone was told that everything before `offset` survives. */
  | { readonly kind: 'promised'; readonly offset: number }
  /** Someone was told that everything before `offset` survives the death of the process. */
  | { readonly kind: 'written'; readonly offset: number }
  /** After a failure of the disk the log goes on at `offset`: what was on its way behind it is not there. */
  | { readonly kind: 'resumed'; readonly offset: number }
  /** The log start offset may be as high as this from now on. */
  | { readonly kind: 'started'; readonly offset: number }
  /** A log start offset was written down durably. */
  | { readonly kind: 'startPromised'; readonly offset: number }
  /** The log is being cut: what is behind `offset` may go. */
  | { readonly kind: 'cut'; readonly offset: number }
  | { readonly kind: 'deleting' }
  /** The log changes folders, each of which has its own checkpoint: what was written down may go once. */
  | { readonly kind: 'moving' }
  /** A recovery found the log with these batches; they are all on the disk. */
  | {
      readonly kind: 'found'
      /** Nothing of it was there, as it may be of one that was never flushed; then another one was made. */
      readonly isAnew: boolean
      readonly topicId: string
      readonly startOffset: number
      readonly batches: readonly ModelBatch[]
    }

/** What one log should be, whatever becomes of the disk. Never changed: each event gives a new one. */
export interface LogModel {
  readonly topicPartition: TopicPartition
  readonly topicId: string
  /** What the log holds if nothing is lost. */
  readonly batches: readonly ModelBatch[]
  /** What it held before it was cut; a loss of power may bring it back, but never mixed with what came since. */
  readonly earlier: readonly (readonly ModelBatch[])[]
  /** Everything before was acknowledged as safe. */
  readonly promisedOffset: number
  /** Everything before was acknowledged as written, and is there as long as the power is. */
  readonly writtenOffset: number
  readonly startAtLeast: number
  readonly startAtMost: number
  /** Somebody asked for its deletion, or nobody was told yet that it is there. */
  readonly mayBeGone: boolean
  /** The latest record of each key stays, of those before it some. */
  readonly isCompacted: boolean
  /** Under this name there was a log with another id, which a loss of power may have brought back. */
  readonly earlierTopicIds: readonly string[]
}

export const COMPACTED_TOPIC = 'compacted'

export function newLogModel(topicPartition: TopicPartition, topicId: string): LogModel {
  return {
    topicPartition,
    topicId,
    batches: [],
    earlier: [],
    promisedOffset: 0,
    writtenOffset: 0,
    startAtLeast: 0,
    startAtMost: 0,
    mayBeGone: true,
    isCompacted: topicPartition.topic === COMPACTED_TOPIC,
    earlierTopicIds: [],
  }
}

/** Nobody ever did anything to it. */
export function isUntouched({ batches, earlier, earlierTopicIds, promisedOffset }: LogModel): boolean {
  return batches.length === 0 && earlier.length === 0 && earlierTopicIds.length === 0 && promisedOffset === 0
}

export function afterEvent(model: LogModel, event: LogEvent): LogModel {
  switch (event.kind) {
    case 'made':
      return {
        ...newLogModel(model.topicPartition, event.topicId),
        earlierTopicIds: event.topicId === model.topicId ? [] : [...model.earlierTopicIds, model.topicId],
      }
    case 'appended':
      return { ...model, batches: [...model.batches, batchOf(event.bytes)] }
    case 'promised':
      if (event.offset <= model.promisedOffset) return model
      return { ...model, promisedOffset: event.offset, mayBeGone: false }
    case 'written':
      return { ...model, writtenOffset: Math.max(model.writtenOffset, event.offset) }
    case 'resumed':
      return resumed(model, event.offset)
    case 'started':
      return { ...model, startAtMost: Math.max(model.startAtMost, event.offset) }
    case 'startPromised':
      return { ...model, startAtLeast: Math.max(model.startAtLeast, event.offset) }
    case 'cut':
      return {
        ...model,
        batches: model.batches.filter(({ view }) => view.lastOffset < event.offset),
        earlier: [...model.earlier, model.batches],
        promisedOffset: Math.min(model.promisedOffset, event.offset),
        writtenOffset: Math.min(model.writtenOffset, event.offset),
      }
    case 'deleting':
      return { ...model, mayBeGone: true, promisedOffset: 0, writtenOffset: 0, startAtLeast: 0 }
    case 'moving':
      return { ...model, startAtLeast: 0 }
    case 'found':
      return found(model, event)
  }
}

/** A cut that the disk refused may not have happened: then the log is what it was before. */
function resumed(model: LogModel, offset: number): LogModel {
  const versions = [model.batches, ...model.earlier.toReversed()]
  const ends = (version: readonly ModelBatch[]): boolean => version.some(({ view }) => view.lastOffset + 1 === offset)
  const version = versions.find(ends) ?? model.batches
  const batches = version.filter(({ view }) => view.lastOffset < offset)
  if (version === model.batches && batches.length === version.length) return model
  return { ...model, batches, earlier: [...model.earlier, model.batches] }
}

function found(model: LogModel, event: Extract<LogEvent, { kind: 'found' }>): LogModel {
  // Where the log starts is as it was, on its way to the disk or there; but what was written down goes with the log.
  const startAtLeast = event.isAnew ? 0 : model.startAtLeast
  return {
    ...newLogModel(model.topicPartition, event.topicId),
    batches: event.batches,
    promisedOffset: endOf(event.batches, event.startOffset),
    startAtLeast,
    startAtMost: Math.max(event.startOffset, startAtLeast),
    // An empty log is not known to have its folder on the disk.
    mayBeGone: event.batches.length === 0,
    earlierTopicIds: model.earlierTopicIds,
  }
}

export function batchOf(bytes: Uint8Array): ModelBatch {
  return { bytes, view: RecordBatch.at(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)) }
}

/** The offset behind the last batch. */
export function endOf(batches: readonly ModelBatch[], startOffset: number): number {
  return Math.max(startOffset, (batches.at(-1)?.view.lastOffset ?? -1) + 1)
}

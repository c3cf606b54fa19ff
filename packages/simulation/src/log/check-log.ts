import { RecordBatch } from '@milena/records'
import type { UnifiedLog } from '@milena/storage'
import { factsOf, recordsOf } from './log-facts.ts'
import { compactionProblems } from './check-compacted.ts'
import type { LogFacts } from './log-facts.ts'
import type { LogModel, ModelBatch } from './log-model.ts'
import { batchOf, endOf } from './log-model.ts'

/** What a recovered log was found to hold. */
export interface FoundLog {
  readonly startOffset: number
  readonly endOffset: number
  readonly batches: readonly ModelBatch[]
  /** With those that were deleted: what the producers did in them may be remembered. */
  readonly history?: readonly ModelBatch[]
}

/**
 * Compares a log that was recovered with what it should be, and says what is wrong. Nothing that was promised is
 * missing; nothing is there that was not appended; there is no hole; and what is derived from the batches (producers,
 * transactions, leader epochs, indexes) agrees with them.
 */
export async function checkLog(log: UnifiedLog, model: LogModel): Promise<{ found: FoundLog; problems: string[] }> {
  const problems: string[] = []
  const found = await readLog(log)
  checkOffsets(found, model, problems)
  if (model.isCompacted) {
    problems.push(...compactionProblems(found, model))
    const history = model.batches.filter(({ view }) => view.lastOffset < found.endOffset)
    return { found: { ...found, history }, problems }
  }
  const version = checkContent(found, model, problems)
  if (version === undefined || problems.length > 0) return { found, problems }
  const history = version.filter(({ view }) => view.lastOffset < found.endOffset)
  const facts = factsOf(history)
  checkProducers(log, found, facts, problems)
  checkEpochs(log, found, problems)
  await checkTransactions(log, found, facts, problems)
  await checkLookups(log, found, problems)
  return { found: { ...found, history }, problems }
}

/** Reads the log as a consumer does, from its start to its end. */
async function readLog(log: UnifiedLog): Promise<FoundLog> {
  const { logStartOffset: startOffset, logEndOffset: endOffset } = log
  const found: ModelBatch[] = []
  for (let offset = startOffset; offset < endOffset;) {
    const { slices, nextOffset } = await log.read(offset, { maxBytes: 300, maxOffset: Infinity, minOneMessage: true })
    // Nothing is there: whether something should be, the comparison will say.
    if (nextOffset <= offset) break
    for (const slice of slices) found.push(...splitBatches(slice))
    offset = nextOffset
  }
  return { startOffset, endOffset, batches: found }
}

/** The batches in these bytes, in bytes of their own: what the log gives out is shared. */
export function splitBatches(bytes: Uint8Array): ModelBatch[] {
  const found: ModelBatch[] = []
  for (let at = 0; at < bytes.byteLength;) {
    const batch = batchOf(Uint8Array.from(bytes.subarray(at, at + RecordBatch.at(bytes, at).sizeInBytes)))
    found.push(batch)
    at += batch.bytes.byteLength
  }
  return found
}

function checkOffsets(found: FoundLog, model: LogModel, problems: string[]): void {
  const { startOffset, endOffset } = found
  if (endOffset < model.promisedOffset) {
    problems.push(`ends at ${endOffset}, and everything before ${model.promisedOffset} was promised`)
  }
  if (startOffset < model.startAtLeast) {
    problems.push(`starts at ${startOffset}, and ${model.startAtLeast} was written down`)
  }
  if (startOffset > model.startAtMost) {
    problems.push(`starts at ${startOffset}, and only what is before ${model.startAtMost} could go`)
  }
}

/** The version of the log of which this is the begin; undefined when there is none. */
function checkContent(found: FoundLog, model: LogModel, problems: string[]): readonly ModelBatch[] | undefined {
  const complaints: string[] = []
  for (const version of [model.batches, ...model.earlier.toReversed()]) {
    // A log that is to begin anew behind its end has its new begin before the old records go.
    const end = version === model.batches ? undefined : model.startAtMost
    const complaint = differenceFrom(found, version, end) ?? promiseBroken(found, model)
    if (complaint === undefined) return version
    complaints.push(complaint)
  }
  problems.push(complaints[0]!)
  return undefined
}

function differenceFrom(found: FoundLog, version: readonly ModelBatch[], newStart?: number): string | undefined {
  const { startOffset, endOffset } = found
  const expected = version.filter(({ view }) => view.lastOffset >= startOffset && view.lastOffset < endOffset)
  for (const [index, batch] of found.batches.entries()) {
    const due = expected[index]
    const { baseOffset, lastOffset } = batch.view
    if (due === undefined) return `holds ${baseOffset} to ${lastOffset}, which nobody appended there`
    if (Buffer.compare(due.bytes, batch.bytes) !== 0) {
      return `holds ${baseOffset} to ${lastOffset}, where ${due.view.baseOffset} to ${due.view.lastOffset} was appended`
    }
  }
  const missing = expected[found.batches.length]
  if (missing !== undefined) return `lacks ${missing.view.baseOffset} to ${missing.view.lastOffset}`
  const end = endOf(found.batches, startOffset)
  if (end !== endOffset && endOffset !== newStart)
    return `says that it ends at ${endOffset}, and its last batch ends at ${end}`
  // The first batch may begin before the log start offset, and none may be missing at the start.
  const first = found.batches[0]
  return first !== undefined && first.view.baseOffset > startOffset ? `lacks everything from ${startOffset}` : undefined
}

/** Of an earlier version only what is in the present one too may have been promised. */
function promiseBroken(found: FoundLog, model: LogModel): string | undefined {
  const promised = model.batches.filter(
    ({ view }) => view.lastOffset >= found.startOffset && view.lastOffset < model.promisedOffset,
  )
  const broken = promised.find(
    (batch, index) => Buffer.compare(batch.bytes, found.batches[index]?.bytes ?? Buffer.of()) !== 0,
  )
  return broken === undefined ? undefined : `lacks ${broken.view.baseOffset}, which was promised since the log was cut`
}

function checkProducers(log: UnifiedLog, found: FoundLog, facts: LogFacts, problems: string[]): void {
  const entries = new Map(log.activeProducers().map((entry) => [entry.producerId, entry]))
  for (const known of facts.producers.values()) {
    const { producerId, producerEpoch, markerAt, lastBatch, openSince, seenAt } = known
    // A producer of which the log holds nothing any more may be remembered or not.
    if (seenAt < found.startOffset) continue
    const entry = entries.get(producerId)
    const isPast = (offset: number | undefined): boolean => offset !== undefined && offset < found.startOffset
    const expected = {
      producerEpoch,
      coordinatorEpoch: isPast(markerAt) ? undefined : known.coordinatorEpoch,
      lastSequence: isPast(lastBatch?.view.lastOffset) ? undefined : lastBatch?.view.lastSequence,
      openSince: isPast(openSince) ? undefined : openSince,
    }
    const actual = entry && {
      producerEpoch: entry.producerEpoch,
      coordinatorEpoch: isPast(markerAt) ? undefined : entry.coordinatorEpoch,
      lastSequence: expected.lastSequence === undefined ? undefined : entry.lastSequence,
      openSince: isPast(openSince) ? undefined : entry.currentTxnFirstOffset,
    }
    if (JSON.stringify(actual) !== JSON.stringify(expected)) {
      problems.push(`producer ${producerId} is ${JSON.stringify(actual)} and not ${JSON.stringify(expected)}`)
    }
  }
}

function checkEpochs(log: UnifiedLog, found: FoundLog, problems: string[]): void {
  for (const { view } of found.batches) {
    const offset = Math.max(view.baseOffset, found.startOffset)
    const epoch = log.epochForOffset(offset)
    if (epoch !== view.partitionLeaderEpoch) {
      problems.push(`offset ${offset} was written in leader epoch ${view.partitionLeaderEpoch}, and not in ${epoch}`)
    }
  }
  const last = found.batches.at(-1)?.view.partitionLeaderEpoch
  if (last === undefined) return
  const { endOffset } = log.endOffsetForEpoch(last)
  if (endOffset !== found.endOffset) problems.push(`leader epoch ${last} ends at ${endOffset}, not ${found.endOffset}`)
}

async function checkTransactions(log: UnifiedLog, found: FoundLog, facts: LogFacts, problems: string[]): Promise<void> {
  const { startOffset, endOffset } = found
  log.updateHighWatermark(endOffset)
  // What began before the log did is as good as ended.
  if (facts.firstUnstableOffset >= startOffset) {
    const expected = Math.min(endOffset, facts.firstUnstableOffset)
    if (log.lastStableOffset !== expected) {
      problems.push(`the last stable offset is ${log.lastStableOffset}, and not ${expected}`)
    }
  }
  const known = await log.abortedTransactions(startOffset, endOffset)
  const isCut = ({ firstOffset }: { readonly firstOffset: number }): boolean => firstOffset < startOffset
  const cut = new Set([...facts.aborted, ...known].filter(isCut).map(({ lastOffset }) => lastOffset))
  const texts = (list: LogFacts['aborted']): string[] =>
    list
      .filter(({ firstOffset, lastOffset }) => firstOffset >= startOffset && lastOffset < endOffset)
      // Of one that began before the log did, one of the two may have forgotten the begin.
      .filter(({ lastOffset }) => !cut.has(lastOffset))
      .map(({ producerId, firstOffset, lastOffset }) => `${producerId}: ${firstOffset} to ${lastOffset}`)
      .sort()
  const actual = texts(known)
  const expected = texts(facts.aborted)
  if (actual.join() !== expected.join()) problems.push(`aborted are [${actual.join()}], and not [${expected.join()}]`)
}

/** Each batch is found by its last offset, and by its timestamp. */
async function checkLookups(log: UnifiedLog, found: FoundLog, problems: string[]): Promise<void> {
  for (const { view } of found.batches) {
    const { slices } = await log.read(view.lastOffset, { maxBytes: 1, maxOffset: Infinity, minOneMessage: true })
    const at = slices[0] === undefined ? undefined : batchOf(slices[0]).view.baseOffset
    if (at !== view.baseOffset) problems.push(`a read at ${view.lastOffset} begins at ${at}, not ${view.baseOffset}`)
  }
  const records = recordsOf(found.batches).filter(({ offset }) => offset >= found.startOffset)
  for (const timestamp of new Set(records.map((record) => record.timestamp))) {
    const expected = records.find((record) => record.timestamp >= timestamp)!.offset
    const actual = (await log.fetchOffsetByTimestamp(timestamp))?.offset
    if (actual !== expected) problems.push(`timestamp ${timestamp} is found at ${actual}, and not ${expected}`)
  }
}

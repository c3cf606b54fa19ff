import type { FoundLog } from './check-log.ts'
import type { LogModel, ModelBatch } from './log-model.ts'

interface KeyedRecord {
  readonly offset: number
  readonly key: string
  readonly value: string
}

/**
 * What is wrong with a log that may have been compacted: each of its records was appended where it is, and the latest
 * of each key that was appended before the log's end is there.
 */
export function compactionProblems(found: FoundLog, model: LogModel): string[] {
  const problems: string[] = []
  const appended = recordsOf(model.batches)
  const byOffset = new Map(appended.map((record) => [record.offset, record]))
  const present = new Map<number, KeyedRecord>()
  let before = -1
  for (const record of recordsOf(found.batches)) {
    const due = byOffset.get(record.offset)
    if (due?.key !== record.key || due.value !== record.value)
      problems.push(`holds at ${record.offset} what nobody put there`)
    if (record.offset <= before) problems.push(`holds ${record.offset} behind ${before}`)
    before = record.offset
    present.set(record.offset, record)
  }
  const latest = new Map<string, KeyedRecord>()
  for (const record of appended) if (record.offset < found.endOffset) latest.set(record.key, record)
  for (const { offset, key } of latest.values()) {
    if (!present.has(offset)) problems.push(`lacks ${offset}, the latest record of ${JSON.stringify(key)}`)
  }
  return problems
}

function recordsOf(batches: readonly ModelBatch[]): KeyedRecord[] {
  const text = (bytes: Uint8Array | null): string => (bytes === null ? '' : Buffer.from(bytes).toString())
  return batches.flatMap(({ view }) =>
    [...view.records()].map(({ offset, key, value }) => ({ offset, key: text(key), value: text(value) })),
  )
}

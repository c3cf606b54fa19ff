import type { NewBatch } from '@milena/records'
import { batches, buildBatch } from '@milena/records'
import type { CleanerResources, CleaningResult } from '../cleaner/cleaning-job.ts'
import { InlineCleaningRunner } from '../cleaner/cleaning-runner.ts'
import type { UnifiedLog } from '../log/unified-log.ts'
import type { StorageHarness } from './harness.ts'

/** Enough for every test. */
export const resources: CleanerResources = {
  dedupeBufferBytes: 1_000_000,
  dedupeBufferLoadFactor: 0.9,
  ioBufferBytes: 4096,
  ioMaxBytesPerSecond: Infinity,
}

/** A batch of records such as `a=1` or, for a tombstone, `a`; without a key such as `=1`. */
export function keyed(records: readonly string[], o: Partial<NewBatch> & { timestamp?: number } = {}): Uint8Array {
  const { timestamp = 1_700_000_000_000, ...batch } = o
  return buildBatch({
    records: records.map((text, index) => {
      const [key, value] = text.split('=')
      return {
        timestamp: timestamp + index,
        key: key === '' ? null : Buffer.from(key!),
        value: value === undefined ? null : Buffer.from(value),
      }
    }),
    ...batch,
  })
}

/** Cleans what is neither in the active segment nor at or behind the last stable offset, as the cleaner chooses it. */
export function clean(
  harness: Pick<StorageHarness, 'fs' | 'clock'>,
  log: UnifiedLog,
  o: { readonly firstDirtyOffset?: number; readonly resources?: Partial<CleanerResources> } = {},
): Promise<CleaningResult> {
  const plan = {
    firstDirtyOffset: o.firstDirtyOffset ?? log.logStartOffset,
    firstUncleanableOffset: log.compaction.segmentBaseOf(log.lastStableOffset),
    resources: { ...resources, ...o.resources },
  }
  return log.compaction.clean(plan, new InlineCleaningRunner(harness))
}

/** All records from the log start on as `offset:key=value`; empty batches as `offset-offset`, markers as `offset!`. */
export async function contents(log: UnifiedLog, maxBytes = 4096): Promise<string[]> {
  const found: string[] = []
  for (let next = log.logStartOffset; next < log.writtenOffset;) {
    const data = await log.read(next, { maxBytes, maxOffset: Infinity, minOneMessage: true })
    if (data.slices.length === 0) break
    for (const slice of data.slices) for (const batch of batches(slice)) found.push(...described(batch, next))
    next = data.nextOffset
  }
  return found
}

function described(batch: ReturnType<typeof batches> extends Iterable<infer B> ? B : never, from: number): string[] {
  if (batch.recordsCount === 0) return [`${batch.baseOffset}-${batch.lastOffset}`]
  return [...batch.records()].flatMap(({ offset, key, value }) => {
    if (offset < from) return []
    if (batch.isControl) return [`${offset}!`]
    const text = value === null ? '' : `=${Buffer.from(value).toString()}`
    return [`${offset}:${key === null ? '' : Buffer.from(key).toString()}${text}`]
  })
}

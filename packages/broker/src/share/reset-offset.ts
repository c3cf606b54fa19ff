/** Where a share group begins to read a partition that it has no offset for (`share.auto.offset.reset`). */
import type { Partition } from '../replica/partition.ts'
import type { AutoOffsetReset } from './share-group-config.ts'

/** `nowMs` by the wall clock, as records are stamped. */
export async function resetOffset(partition: Partition, reset: AutoOffsetReset, nowMs: number): Promise<number> {
  if (reset.type === 'latest') return partition.highWatermark
  if (reset.type === 'earliest' || partition.log === undefined) return partition.logStartOffset
  const maxOffset = partition.highWatermark
  const found = await partition.log.fetchOffsetByTimestamp(nowMs - reset.durationMs, { maxOffset })
  // Nothing is so young: what comes next will be.
  return found?.offset ?? maxOffset
}

/** Records of a share partition, next to each other, that stand alike. */
export interface StateBatch {
  readonly firstOffset: number
  readonly lastOffset: number
  /** 0 available, 2 acknowledged, 4 archived. */
  readonly deliveryState: number
  readonly deliveryCount: number
}

/**
 * What is known of the records from `startOffset` on when `newer` is told on top of `known` (Kafka's
 * PersisterStateBatchCombiner): batches in order of their offsets, none overlapping, neighbours that were told alike as
 * one. Where two say something different of a record, the higher delivery count is right, and of equal ones the higher
 * state: a record is never delivered less often than it was, nor taken back once it is done with. A start offset of −1
 * keeps everything.
 */
export const combineStateBatches = (
  known: readonly StateBatch[],
  newer: readonly StateBatch[],
  startOffset: number,
): readonly StateBatch[] => {
  const told = newer.flatMap((batch) => pruneBatch(batch, startOffset))
  if (!isOrdered(known) || told.some(isBackwards)) {
    return mergeAll([...known.flatMap((batch) => pruneBatch(batch, startOffset)), ...told])
  }
  const combined = combineOrdered(known, told, startOffset)
  ordered.add(combined)
  return combined
}

/** Results of which it is known that they are in order and that nothing in them ends before it begins. */
const ordered = new WeakSet<readonly StateBatch[]>()

/** Nobody keeps a client from telling of a batch that ends before it begins. */
const isBackwards = ({ firstOffset, lastOffset }: StateBatch): boolean => lastOffset < firstOffset

const isOrdered = (batches: readonly StateBatch[]): boolean => {
  if (ordered.has(batches)) return true
  return batches.every((batch, index) => {
    const before = batches[index - 1]
    return !isBackwards(batch) && (before === undefined || before.lastOffset < batch.firstOffset)
  })
}

/** Looks only at what the newer ones touch: a partition may have very many batches, and be told of one at a time. */
const combineOrdered = (
  known: readonly StateBatch[],
  told: readonly StateBatch[],
  startOffset: number,
): readonly StateBatch[] => {
  const isKept = ({ lastOffset }: StateBatch): boolean => startOffset === -1 || lastOffset >= startOffset
  const kept = known.slice(firstIndex(known, isKept))
  const [first] = kept
  if (first !== undefined && startOffset !== -1 && first.firstOffset < startOffset) {
    kept[0] = { ...first, firstOffset: startOffset }
  }
  const low = told.reduce((lowest, { firstOffset }) => Math.min(lowest, firstOffset), Infinity)
  const high = told.reduce((highest, { lastOffset }) => Math.max(highest, lastOffset), -Infinity)
  // Neighbours are touched, too.
  const begin = firstIndex(kept, ({ lastOffset }) => lastOffset >= low - 1)
  const end = Math.max(
    begin,
    firstIndex(kept, ({ firstOffset }) => firstOffset > high + 1),
  )
  return kept.slice(0, begin).concat(mergeAll([...kept.slice(begin, end), ...told]), kept.slice(end))
}

/** The first of which something is true that is true of all behind it; the length if it is of none. */
const firstIndex = (batches: readonly StateBatch[], isTrue: (batch: StateBatch) => boolean): number => {
  let [from, to] = [0, batches.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    const batch = batches[middle]
    if (batch === undefined || isTrue(batch)) to = middle
    else from = middle + 1
  }
  return from
}

const mergeAll = (batches: StateBatch[]): StateBatch[] => {
  // The last of the array is the first in order, so that taking it and putting pieces back in is cheap.
  const waiting = batches.sort((a, b) => inOrder(b, a))
  const combined: StateBatch[] = []
  let first = waiting.pop()
  while (first !== undefined) {
    const next = waiting.pop()
    if (next !== undefined && isMergeable(first, next)) {
      for (const piece of mergePair(first, next)) putInOrder(waiting, piece)
      first = waiting.pop()
      continue
    }
    combined.push(first)
    first = next
  }
  return combined
}

const pruneBatch = (batch: StateBatch, startOffset: number): StateBatch[] => {
  if (startOffset === -1 || batch.firstOffset >= startOffset) return [batch]
  return batch.lastOffset < startOffset ? [] : [{ ...batch, firstOffset: startOffset }]
}

const compareDelivery = (a: StateBatch, b: StateBatch): number =>
  a.deliveryCount - b.deliveryCount || a.deliveryState - b.deliveryState

const inOrder = (a: StateBatch, b: StateBatch): number =>
  a.firstOffset - b.firstOffset || a.lastOffset - b.lastOffset || compareDelivery(a, b)

const isMergeable = (first: StateBatch, next: StateBatch): boolean =>
  next.firstOffset <= first.lastOffset ||
  (next.firstOffset === first.lastOffset + 1 && compareDelivery(first, next) === 0)

/** The pieces of two batches of which the second begins no earlier. */
const mergePair = (first: StateBatch, next: StateBatch): StateBatch[] => {
  const order = compareDelivery(next, first)
  if (order === 0) return [{ ...first, lastOffset: Math.max(first.lastOffset, next.lastOffset) }]
  const [winner, loser] = order < 0 ? [first, next] : [next, first]
  const pieces = [winner]
  if (loser.firstOffset < winner.firstOffset) pieces.push({ ...loser, lastOffset: winner.firstOffset - 1 })
  if (loser.lastOffset > winner.lastOffset) pieces.push({ ...loser, firstOffset: winner.lastOffset + 1 })
  return pieces
}

/** Into an array that is ordered backwards. */
const putInOrder = (waiting: StateBatch[], batch: StateBatch): void => {
  let at = waiting.length
  for (let other = waiting[at - 1]; other !== undefined && inOrder(other, batch) < 0; other = waiting[at - 1]) at--
  waiting.splice(at, 0, batch)
}

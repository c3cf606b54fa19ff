import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SegmentToClean } from './cleaning-job.ts'
import { groupSegments } from './segment-groups.ts'

const segment = (baseOffset: number, sizeInBytes: number, o: Partial<SegmentToClean> = {}): SegmentToClean => ({
  baseOffset,
  logPath: `${baseOffset}.log`,
  sizeInBytes,
  offsetIndexBytes: 0,
  timeIndexBytes: 0,
  ...o,
})

const limits = { segmentBytes: 100, segmentIndexBytes: 50, firstUncleanableOffset: 1000 }
const grouped = (segments: readonly SegmentToClean[], o: Partial<typeof limits> = {}): number[][] =>
  groupSegments(segments, { ...limits, ...o }).map((group) => group.map(({ baseOffset }) => baseOffset))

test('neighbours come together as long as their bytes fit', () => {
  const segments = [segment(0, 40), segment(10, 60), segment(20, 1), segment(30, 200), segment(40, 0), segment(50, 99)]
  assert.deepEqual(grouped(segments), [[0, 10], [20], [30], [40, 50]])
})

test('as long as their indexes fit', () => {
  const offsets = [segment(0, 1, { offsetIndexBytes: 48 }), segment(1, 1, { offsetIndexBytes: 8 })]
  const times = [segment(0, 1, { timeIndexBytes: 48 }), segment(1, 1, { timeIndexBytes: 12 })]
  assert.deepEqual(
    [grouped(offsets), grouped(times)],
    [
      [[0], [1]],
      [[0], [1]],
    ],
  )
})

test('and as long as their offsets can be told from the first, but for segments that have none', () => {
  const far = 2 ** 31
  assert.deepEqual(grouped([segment(0, 1), segment(5, 1)], { firstUncleanableOffset: far }), [[0, 5]])
  assert.deepEqual(grouped([segment(0, 1), segment(5, 1)], { firstUncleanableOffset: far + 1 }), [[0], [5]])
  assert.deepEqual(grouped([segment(0, 1), segment(5, 0)], { firstUncleanableOffset: far + 1 }), [[0, 5]])
})

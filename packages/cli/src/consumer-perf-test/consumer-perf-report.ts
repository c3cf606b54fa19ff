const mebibyte = 1024 * 1024

/** What has been read up to a moment. */
export interface ReadSoFar {
  readonly records: number
  readonly bytes: number
  readonly atMs: number
}

/** The names of the columns. */
export const header = (isDetailed: boolean): string =>
  `${isDetailed ? 'time, threadId' : 'start.time, end.time'}, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec`

const four = (value: number): string => (Number.isFinite(value) ? value.toFixed(4) : String(value))

/** Of all that was read; `joinTimeMs` of the time went by waiting for partitions. */
export function formatSummary(options: {
  readonly startMs: number
  readonly end: ReadSoFar
  readonly joinTimeMs: number
  readonly formatDate: (timeMs: number) => string
}): string {
  const { startMs, end, joinTimeMs, formatDate } = options
  const elapsedMs = end.atMs - startMs
  const fetchTimeMs = elapsedMs - joinTimeMs
  const mb = end.bytes / mebibyte
  return [
    formatDate(startMs),
    formatDate(end.atMs),
    four(mb),
    four(mb / (elapsedMs / 1000)),
    end.records,
    four(end.records / (elapsedMs / 1000)),
    joinTimeMs,
    fetchTimeMs,
    four(mb / (fetchTimeMs / 1000)),
    four(end.records / (fetchTimeMs / 1000)),
  ].join(', ')
}

/** Of what was read between two reports. */
export function formatProgress(options: {
  readonly last: ReadSoFar
  readonly now: ReadSoFar
  readonly joinTimeMs: number
  readonly formatDate: (timeMs: number) => string
}): string {
  const { last, now, joinTimeMs, formatDate } = options
  const elapsedMs = now.atMs - last.atMs
  const fetchTimeMs = elapsedMs - joinTimeMs
  const mb = (now.bytes - last.bytes) / mebibyte
  const records = now.records - last.records
  const perFetchSecond = (amount: number): string => four(fetchTimeMs <= 0 ? 0 : (1000 * amount) / fetchTimeMs)
  return [
    formatDate(now.atMs),
    0,
    four(now.bytes / mebibyte),
    four((1000 * mb) / elapsedMs),
    now.records,
    four((1000 * records) / elapsedMs),
    joinTimeMs,
    fetchTimeMs,
    perFetchSecond(mb),
    perFetchSecond(records),
  ].join(', ')
}

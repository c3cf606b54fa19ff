/** No more latencies than this are kept; of more records, every so many'th. */
const maxSamples = 500_000
const mebibyte = 1024 * 1024

export interface ProducerPerfStatsOptions {
  readonly numRecords: number
  readonly reportingIntervalMs: number
  /** Of the records behind the warm-up only. */
  readonly isSteadyState?: boolean
  readonly nowMs: () => number
  readonly print: (line: string) => void
}

/** Counts what was sent and how long it took, and reports now and then and at the end. */
export class ProducerPerfStats {
  readonly #options: ProducerPerfStatsOptions
  readonly #startMs: number
  readonly #sampling: number
  readonly #latencies: number[] = []
  #count = 0
  #bytes = 0
  #totalLatency = 0
  #maxLatency = 0
  #window = emptyWindow(0)
  #isQuiet = false

  constructor(options: ProducerPerfStatsOptions) {
    this.#options = options
    this.#startMs = options.nowMs()
    this.#window = emptyWindow(this.#startMs)
    this.#sampling = Math.floor(options.numRecords / Math.min(options.numRecords, maxSamples))
  }

  /** No reports any more before the last one. */
  suppressReports(): void {
    this.#isQuiet = true
  }

  record(latencyMs: number, bytes: number): void {
    const window = this.#window
    if (this.#count % this.#sampling === 0) this.#latencies.push(latencyMs)
    this.#count++
    this.#bytes += bytes
    this.#totalLatency += latencyMs
    this.#maxLatency = Math.max(this.#maxLatency, latencyMs)
    window.count++
    window.bytes += bytes
    window.totalLatency += latencyMs
    window.maxLatency = Math.max(window.maxLatency, latencyMs)
    const nowMs = this.#options.nowMs()
    if (nowMs - window.startMs < this.#options.reportingIntervalMs) return
    if (this.#options.isSteadyState === true && window.count === this.#count) this.#options.print('In steady state.')
    if (!this.#isQuiet) this.#options.print(formatWindow(window, nowMs))
    this.#window = emptyWindow(nowMs)
  }

  printTotal(): void {
    const elapsedMs = this.#options.nowMs() - this.#startMs
    const perSecond = (1000 * this.#count) / elapsedMs
    const mbPerSecond = (1000 * this.#bytes) / elapsedMs / mebibyte
    const sorted = this.#latencies.toSorted((a, b) => a - b)
    const [p50, p95, p99, p999] = [0.5, 0.95, 0.99, 0.999].map(
      (fraction) => sorted[Math.floor(fraction * sorted.length)] ?? 0,
    )
    const kind = this.#options.isSteadyState === true ? ' steady state' : ''
    const average = this.#totalLatency / this.#count
    this.#options.print(
      `${this.#count}${kind} records sent, ${perSecond.toFixed(6)} records/sec (${mbPerSecond.toFixed(2)} MB/sec), ` +
        `${average.toFixed(2)} ms avg latency, ${this.#maxLatency.toFixed(2)} ms max latency, ` +
        `${p50!} ms 50th, ${p95!} ms 95th, ${p99!} ms 99th, ${p999!} ms 99.9th.`,
    )
  }
}

interface Window {
  readonly startMs: number
  count: number
  bytes: number
  totalLatency: number
  maxLatency: number
}

const emptyWindow = (startMs: number): Window => ({ startMs, count: 0, bytes: 0, totalLatency: 0, maxLatency: 0 })

function formatWindow({ startMs, count, bytes, totalLatency, maxLatency }: Window, nowMs: number): string {
  const perSecond = (1000 * count) / (nowMs - startMs)
  const mbPerSecond = (1000 * bytes) / (nowMs - startMs) / mebibyte
  return (
    `${count} records sent, ${perSecond.toFixed(1)} records/sec (${mbPerSecond.toFixed(2)} MB/sec), ` +
    `${(totalLatency / count).toFixed(1)} ms avg latency, ${maxLatency.toFixed(1)} ms max latency.`
  )
}

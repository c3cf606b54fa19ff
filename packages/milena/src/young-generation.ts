// Keeps V8's young generation small. On a machine with much memory V8 24 lets it grow to 128 MB and takes nothing back
// while the process rests, so that a broker of ten thousand partitions would hold more garbage than data.
import { PerformanceObserver } from 'node:perf_hooks'
import v8 from 'node:v8'

/** Both halves: what V8 itself allowed before it looked at how much memory there is. */
const BYTES_MAX = 32 * 1_048_576
/** V8's own: the young generation doubles when what survives does not fit. */
const GROWS = 2
const STAYS = 1

export interface YoungGenerationOptions {
  /** What both halves take now. */
  readonly sizeInBytes: () => number
  /** By how much V8 multiplies the size when it wants more. */
  readonly setGrowthFactor: (factor: number) => void
}

/** Lets the young generation grow up to a bound, and again after V8 has shrunk it. */
export class YoungGeneration {
  readonly #o: YoungGenerationOptions
  #factor = GROWS

  constructor(o: YoungGenerationOptions) {
    this.#o = o
  }

  /** To be called after each collection. */
  look(): void {
    const factor = this.#o.sizeInBytes() < BYTES_MAX ? GROWS : STAYS
    if (factor === this.#factor) return
    this.#factor = factor
    this.#o.setGrowthFactor(factor)
  }
}

/** Bounds that of this process, unless its command line says how large it shall be; returns how to stop. */
export function boundYoungGeneration(): () => void {
  const flags = [...process.execArgv, process.env['NODE_OPTIONS'] ?? '']
  if (flags.some((flag) => flag.includes('semi-space'))) return () => undefined
  const generation = new YoungGeneration({
    sizeInBytes: () => v8.getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0,
    setGrowthFactor: (factor) => v8.setFlagsFromString(`--semi-space-growth-factor=${factor}`),
  })
  const observer = new PerformanceObserver(() => generation.look())
  observer.observe({ entryTypes: ['gc'] })
  return () => observer.disconnect()
}

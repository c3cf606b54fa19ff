import path from 'node:path'
import type { Random } from '@milena/runtime'
import { SeededRandom } from '@milena/runtime'
import { StorageError } from '@milena/storage'
import type { UnifiedLog } from '@milena/storage'
import { runHistory } from '../crash/crash-run.ts'
import type { Run } from '../crash/crash-run.ts'
import type { Wrap } from '../crash/recovery.ts'
import { makeWorld } from '../crash/recovery.ts'
import { Sample } from '../crash/sample.ts'
import type { SampleShape } from '../crash/sample.ts'
import type { DiskImage } from '../disk/power-loss.ts'
import { powerLosses, survivors } from '../disk/power-loss.ts'
import { checkLog, splitBatches } from '../log/check-log.ts'
import type { LogWorld } from '../log/log-world.ts'
import type { ModelBatch } from '../log/log-model.ts'
import type { Step } from '../log/step.ts'
import type { Models } from '../log/timeline.ts'

/** How many bits were flipped, and what became of the partitions that had them. */
export interface FlipTally {
  flips: number
  /** Everything was served as it had been written. */
  served: number
  /** Records were refused as damaged, and those around them served. */
  refused: number
  offline: number
}

export function newFlipTally(): FlipTally {
  return { flips: 0, served: 0, refused: 0, offline: 0 }
}

export interface FlipEverywhereOptions {
  readonly steps: readonly Step[]
  readonly tally: FlipTally
  readonly replay: string
  /** Which of the bytes have a bit flipped, another one with each part; all unless given. */
  readonly sample?: SampleShape
  readonly wrap?: Wrap
}

/** What was synced to a disk, and what is found when nothing of it has changed. */
interface Rest {
  readonly name: string
  readonly image: DiskImage
  readonly models: Models
  readonly nowMs: number
  readonly served: ReadonlyMap<string, readonly ModelBatch[]>
}

export interface Flip {
  readonly file: string
  readonly position: number
  readonly bit: number
}

/** A flipped bit that was not noticed, or that took more with it than it had to. */
export class FlipFailure extends Error {
  readonly problems: readonly string[]

  constructor(o: FlipEverywhereOptions, rest: Rest, { file, position, bit }: Flip, problems: readonly string[]) {
    super(
      [
        `Bit ${bit} of byte ${position} of ${file} was flipped ${rest.name}, and then:`,
        ...problems.map((problem) => `  - ${problem}`),
        `Again: ${o.replay}`,
        'The history:',
        ...o.steps.map((step) => `  ${JSON.stringify(step)}`),
      ].join('\n'),
    )
    this.name = 'FlipFailure'
    this.problems = problems
  }
}

/**
 * Flips bits of everything that a history has brought to the disk, one at a time, and opens the storage on it. Records
 * are then served as they were written, or refused; what can be made again is. Throws {@link FlipFailure}.
 */
export async function flipEverywhere(o: FlipEverywhereOptions): Promise<void> {
  const shape = o.sample ?? Sample.everything
  const random = new SeededRandom(o.steps.length + shape.part)
  const sample = new Sample(shape)
  for (const isClean of [true, false]) {
    const rest = await atRest(o, isClean)
    for (const flip of flipsOf(rest.image, { random, sample })) {
      const problems = await problemsOf(o, rest, flip)
      if (problems.length > 0) throw new FlipFailure(o, rest, flip, problems)
    }
  }
}

async function atRest(o: FlipEverywhereOptions, isClean: boolean): Promise<Rest> {
  const run: Run = await runHistory(o.steps)
  await run.world.settle()
  if (isClean) await run.world.stop()
  // After a loss of power all that is left had been brought to the disk.
  const loss = powerLosses.find((_, index) => index === (isClean ? 1 : 0))!
  const image = survivors(run.fs.stateAt(run.fs.points.last), loss)
  const name = isClean ? 'after an orderly stop' : 'after a loss of power'
  const rest = { name, image, models: run.world.timeline.now, nowMs: run.world.clock.nowMs() }
  const { world } = await makeWorld(rest)
  await world.open()
  const served = new Map<string, readonly ModelBatch[]>()
  for (const [log, { topicPartition }] of rest.models) {
    const found = world.manager.log(topicPartition)
    if (found !== undefined) served.set(log, await readAll(found))
  }
  return { ...rest, served }
}

async function readAll(log: UnifiedLog): Promise<ModelBatch[]> {
  const found: ModelBatch[] = []
  for (let offset = log.logStartOffset; offset < log.logEndOffset;) {
    const { slices, nextOffset } = await log.read(offset, { maxBytes: 1, maxOffset: Infinity, minOneMessage: true })
    if (nextOffset <= offset) break
    for (const slice of slices) found.push(...splitBatches(slice))
    offset = nextOffset
  }
  return found
}

/** What stands in no other file and has no checksum, as in Kafka: it says what it says. */
const HAS_NO_CHECKSUM = new Set([
  'meta.properties',
  'partition.metadata',
  '.lock',
  'recovery-point-offset-checkpoint',
  'log-start-offset-checkpoint',
  'replication-offset-checkpoint',
  'cleaner-offset-checkpoint',
  'leader-epoch-checkpoint',
])

function* flipsOf(image: DiskImage, { random, sample }: { random: Random; sample: Sample }): Generator<Flip> {
  for (const [file, content] of image) {
    if (content === undefined || hasNoChecksum(file)) continue
    for (let position = 0; position < content.byteLength; position++) {
      if (isUncovered(file, content, position) || !sample.takes()) continue
      yield { file, position, bit: random.int(8) }
    }
  }
}

function hasNoChecksum(file: string): boolean {
  return HAS_NO_CHECKSUM.has(path.basename(file)) || file.endsWith('.txnindex')
}

/** A flip of a bit that a checksum covers, in any file alike; undefined where there is none. */
export function randomFlip(image: DiskImage, random: Random): Flip | undefined {
  const files = [...image].flatMap(([file, content]) =>
    content === undefined || content.byteLength === 0 || hasNoChecksum(file) ? [] : [{ file, content }],
  )
  if (files.length === 0) return undefined
  const { file, content } = files[random.int(files.length)]!
  const covered = Array.from({ length: content.byteLength }, (_, at) => at).filter(
    (at) => !isUncovered(file, content, at),
  )
  return { file, position: covered[random.int(covered.length)]!, bit: random.int(8) }
}

const LEADER_EPOCH_AT = 12

/** The leader epoch of a batch lies outside of its checksum, and nothing else says it. */
function isUncovered(file: string, content: Uint8Array, position: number): boolean {
  if (!file.endsWith('.log')) return false
  let at = 0
  for (const { bytes } of splitBatches(content)) {
    if (position >= at + LEADER_EPOCH_AT && position < at + LEADER_EPOCH_AT + 4) return true
    at += bytes.byteLength
  }
  return false
}

export function flipped(image: DiskImage, { file, position, bit }: Flip): DiskImage {
  const content = Uint8Array.from(image.get(file)!)
  content[position]! ^= 1 << bit
  return new Map([...image, [file, content]])
}

async function problemsOf(o: FlipEverywhereOptions, rest: Rest, flip: Flip): Promise<string[]> {
  const image = flipped(rest.image, flip)
  const { world } = await makeWorld({ ...rest, image, ...(o.wrap === undefined ? {} : { wrap: o.wrap }) })
  o.tally.flips += 1
  try {
    await world.open()
  } catch (error) {
    return [`the storage does not open: ${String(error)}`]
  }
  const problems: string[] = []
  for (const [name, batches] of rest.served) {
    const found = await new LogWithFlip({ world, rest, flip, name }).examine(batches, o.tally)
    problems.push(...found.map((problem) => `${name} ${problem}`))
  }
  await world.manager.close()
  return problems
}

class LogWithFlip {
  readonly #world: LogWorld
  readonly #rest: Rest
  readonly #flip: Flip
  readonly #name: string
  readonly #isOwn: boolean

  constructor(o: { readonly world: LogWorld; readonly rest: Rest; readonly flip: Flip; readonly name: string }) {
    this.#world = o.world
    this.#rest = o.rest
    this.#flip = o.flip
    this.#name = o.name
    this.#isOwn = path.basename(path.dirname(o.flip.file)) === o.name
  }

  async examine(batches: readonly ModelBatch[], tally: FlipTally): Promise<string[]> {
    const model = this.#rest.models.get(this.#name)!
    const isInRecords = this.#isOwn && this.#flip.file.endsWith('.log')
    const log = this.#world.manager.log(model.topicPartition)
    if (log === undefined) {
      if (this.#isOwn) tally.offline += 1
      if (!this.#world.manager.isOffline(model.topicPartition)) return ['is gone']
      return isInRecords ? [] : ['is offline, although its records are sound']
    }
    if (!isInRecords) {
      if (this.#isOwn) tally.served += 1
      const { found, problems: all } = await checkLog(log, model)
      // An entry of this index that could be right is taken to be right, as in Kafka.
      const isTimeIndex = this.#flip.file.endsWith('.timeindex')
      const problems = all.filter((problem) => !isTimeIndex || !problem.startsWith('timestamp '))
      const isWhole = found.batches.length === batches.length
      return isWhole ? problems : [...problems, `has ${found.batches.length} batches, and had ${batches.length}`]
    }
    return this.#examineRecords(log, batches, tally)
  }

  async #examineRecords(log: UnifiedLog, batches: readonly ModelBatch[], tally: FlipTally): Promise<string[]> {
    const problems: string[] = []
    let refused = 0
    for (const batch of batches) {
      const { baseOffset, lastOffset } = batch.view
      try {
        const { slices } = await log.read(lastOffset, { maxBytes: 1, maxOffset: Infinity, minOneMessage: true })
        const [first] = slices.flatMap((slice) => splitBatches(slice))
        const isAsWritten = first !== undefined && Buffer.compare(first.bytes, batch.bytes) === 0
        if (!isAsWritten) problems.push(`serves at ${lastOffset} ${first?.view.baseOffset ?? 'nothing'}, wrongly`)
      } catch (error) {
        if (!(error instanceof StorageError)) throw error
        if (error.error === 'CORRUPT_MESSAGE' || error.error === 'KAFKA_STORAGE_ERROR') refused += 1
        else problems.push(`answers ${error.error} for ${baseOffset} to ${lastOffset}`)
      }
    }
    if (refused > 0) tally.refused += 1
    else tally.served += 1
    return problems
  }
}

import { ManualClock } from '@milena/runtime'
import type { FileSystem, Random } from '@milena/runtime'
import type { UnifiedLog } from '@milena/storage'
import type { DiskImage } from '../disk/power-loss.ts'
import { SimulatedFileSystem } from '../disk/simulated-file-system.ts'
import { checkFolders } from '../log/check-folders.ts'
import { checkLog } from '../log/check-log.ts'
import { isUntouched } from '../log/log-model.ts'
import type { LogModel } from '../log/log-model.ts'
import { LogWorld } from '../log/log-world.ts'
import { COMPACTED_LOG } from '../log/step.ts'
import type { Models } from '../log/timeline.ts'
import { Timeline } from '../log/timeline.ts'

/** A world that was opened on what a loss of power left, and what was found wrong with it. */
export interface Recovery {
  readonly fs: SimulatedFileSystem
  readonly world: LogWorld
  readonly problems: readonly string[]
}

const RECORDS_MISSING = 'Records are missing that had been flushed to the disk'

/** What no loss of power may make the storage say. */
const NEVER_SAID = [RECORDS_MISSING, 'A log could not be moved']
/** Nor this, unless the disk refused something. */
const NEVER_SAID_ELSE = 'A background task failed'

/** Opens the storage on what is left and compares every log with its model, which from then on is what was found. */
export async function recover(o: {
  readonly image: DiskImage
  readonly models: Models
  readonly nowMs: number
  readonly latency?: Random
  readonly wrap?: Wrap
  /** How the storage is opened; returns what is wrong. */
  readonly open?: (run: Pick<Recovery, 'world' | 'fs'>) => Promise<readonly string[]>
}): Promise<Recovery> {
  const { world, fs } = await makeWorld(o)
  const problems: string[] = []
  try {
    if (o.open === undefined) await world.open()
    else problems.push(...(await o.open({ world, fs })))
    for (const name of o.models.keys()) {
      problems.push(...(await checkRecovered(world, fs, name)).map((problem) => `${name} ${problem}`))
    }
  } catch (error) {
    problems.push(`the storage does not open: ${String(error)}`)
  }
  const said = saidWrongly(world, o.models, { since: 0, wasRefused: o.open !== undefined })
  return { world, fs, problems: [...problems, ...said] }
}

/** Puts something between the storage and the disk: how a mistake is planted. */
export type Wrap = (fs: FileSystem) => FileSystem

export async function makeWorld(o: {
  readonly image?: DiskImage
  readonly models: Models
  readonly nowMs: number
  readonly latency?: Random
  readonly wrap?: Wrap
}): Promise<{ readonly world: LogWorld; readonly fs: SimulatedFileSystem }> {
  const clock = new ManualClock(o.nowMs)
  const fs = await SimulatedFileSystem.make({ ...o, clock })
  const disk = { fs: o.wrap?.(fs) ?? fs, point: () => fs.points.last, idle: () => fs.idle() }
  return { fs, world: new LogWorld({ disk, clock, timeline: new Timeline(o.models) }) }
}

async function checkRecovered(world: LogWorld, fs: SimulatedFileSystem, name: string): Promise<string[]> {
  const model = world.model(name)
  const present = world.manager.log(model.topicPartition)
  if (present === undefined && isUntouched(model)) return []
  const isThere = present !== undefined && !model.earlierTopicIds.includes(present.topicId)
  if (!isThere && !model.mayBeGone) return [`is gone, and ${model.promisedOffset} records were promised`]
  let log: UnifiedLog
  try {
    log = await world.log(name)
  } catch (error) {
    return [`cannot be opened: ${String(error)}`]
  }
  const { found, problems }: Awaited<ReturnType<typeof checkLog>> = isThere
    ? await checkLog(log, model)
    : { found: { startOffset: 0, endOffset: 0, batches: [] }, problems: [] }
  const { startOffset, batches, history = batches } = found
  const whatIsThere = { isAnew: !isThere, topicId: model.topicId, startOffset, batches: history }
  world.timeline.record(fs.points.last, name, { kind: 'found', ...whatIsThere })
  return problems
}

/** What the storage said since it had said so many lines. */
function saidWrongly(
  world: LogWorld,
  models: Models,
  { since, wasRefused }: { readonly since: number; readonly wasRefused: boolean },
): string[] {
  const said = world.logged.slice(since).filter(({ message, fields }) => {
    // Of a log that was about to be cut it is said, and true.
    const isCut = message === RECORDS_MISSING && (models.get(String(fields['partition']))?.earlier.length ?? 0) > 0
    const isElse = !wasRefused && message === NEVER_SAID_ELSE
    return isElse || (NEVER_SAID.includes(message) && !isCut)
  })
  return said.map(({ message, fields }) => `the storage says: ${message} ${JSON.stringify(fields)}`)
}

/**
 * Lets a recovered storage go on: everyone writes, segments roll and go, and it stops in order. Then it is compared
 * once more, and its folders hold nothing that belongs to no one.
 */
export async function liveOn({ world, fs }: Pick<Recovery, 'world' | 'fs'>): Promise<string[]> {
  const problems: string[] = []
  const [models, since] = [world.timeline.now, world.logged.length]
  try {
    for (const [log, model] of [...world.timeline.now.values()].entries()) {
      // To make what this history has nothing to do with would take more time than all else.
      if (isUnknown(world, model)) continue
      if (log === COMPACTED_LOG) {
        await world.run({ do: 'produce', log, sizes: [9, 9], acks: 'flushed' })
        continue
      }
      await world.run({ do: 'produce', log, sizes: [9, 9], producer: 0, transactional: true, acks: 'flushed' })
      await world.run({ do: 'produce', log, sizes: [40], producer: 0, acks: 'written' })
      await world.run({ do: 'endTransaction', log, producer: 0, commit: false })
    }
    await world.run({ do: 'checkpoint' })
    await world.run({ do: 'advance', ms: 2000 })
    await world.restart()
    for (const [name, model] of world.timeline.now) {
      problems.push(...(await checkAgain(world, model)).map((problem) => `${name}, later, ${problem}`))
    }
    await world.run({ do: 'advance', ms: 2000 })
    problems.push(...(await checkFolders(fs, world)))
  } catch (error) {
    problems.push(`the storage cannot go on: ${error instanceof Error ? error.stack : String(error)}`)
  }
  return [...problems, ...saidWrongly(world, models, { since, wasRefused: false })]
}

async function checkAgain(world: LogWorld, model: LogModel): Promise<string[]> {
  const log = world.manager.log(model.topicPartition)
  if (log === undefined) return isUntouched(model) ? [] : ['is gone']
  return (await checkLog(log, model)).problems
}

function isUnknown(world: LogWorld, model: LogModel): boolean {
  return isUntouched(model) && world.manager.log(model.topicPartition) === undefined
}

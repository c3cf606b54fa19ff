import path from 'node:path'
import type { FileSystem } from '@milena/runtime'
import type { UnifiedLog } from '@milena/storage'
import { splitBatches } from './check-log.ts'
import type { LogWorld } from './log-world.ts'
import { logDirs } from './log-world.ts'
import type { ModelBatch } from './log-model.ts'

const FILES_OF_A_FOLDER = new Set([
  '.lock',
  'meta.properties',
  'recovery-point-offset-checkpoint',
  'log-start-offset-checkpoint',
  'replication-offset-checkpoint',
  'cleaner-offset-checkpoint',
  'milena-log-states',
  'milena-commit-a',
  'milena-commit-b',
])
const FILE_OF_A_LOG = /^(\d{20}\.(log|index|timeindex|txnindex|snapshot)|leader-epoch-checkpoint|partition\.metadata)$/

const OFFSET_ENTRY_BYTES = 8
const TIME_ENTRY_BYTES = 12

/** Looks at the files of logs that have been at rest for a while: none may be left of what is over and done with. */
export async function checkFolders(fs: FileSystem, world: LogWorld): Promise<string[]> {
  const problems: string[] = []
  const known = new Map([...world.manager.logs()].map((log) => [log.directory, log]))
  for (const logDir of logDirs) {
    for (const name of await fs.readdir(logDir)) {
      const entry = path.join(logDir, name)
      if (FILES_OF_A_FOLDER.has(name)) continue
      const log = known.get(entry)
      if (log === undefined) problems.push(`${entry} is left, and nobody knows of it`)
      else problems.push(...(await checkFiles(fs, log)))
    }
  }
  return problems
}

async function checkFiles(fs: FileSystem, { directory }: UnifiedLog): Promise<string[]> {
  const names = await fs.readdir(directory)
  const problems = names.filter((name) => !FILE_OF_A_LOG.test(name)).map((name) => `${directory}/${name} is left`)
  for (const name of names.filter((each) => each.endsWith('.log'))) {
    const baseOffset = Number.parseInt(name, 10)
    const file = (suffix: string): string => path.join(directory, name.replace(/log$/, suffix))
    const segment = { baseOffset, batches: splitBatches(await fs.readFile(file('log'))) }
    const read = async (suffix: string): Promise<Buffer> =>
      (await fs.exists(file(suffix))) ? Buffer.from(await fs.readFile(file(suffix))) : Buffer.alloc(0)
    problems.push(
      ...offsetIndexProblems(await read('index'), segment).map((problem) => `${file('index')} ${problem}`),
      ...timeIndexProblems(await read('timeindex'), segment).map((problem) => `${file('timeindex')} ${problem}`),
    )
  }
  return problems
}

interface Segment {
  readonly baseOffset: number
  readonly batches: readonly ModelBatch[]
}

/** Each entry is an offset of a batch, less the base offset of the segment, and where the batch begins. */
function offsetIndexProblems(index: Buffer, segment: Segment): string[] {
  const problems: string[] = []
  const positions = new Map<number, ModelBatch['view']>()
  let position = 0
  for (const { bytes, view } of segment.batches) {
    positions.set(position, view)
    position += bytes.byteLength
  }
  if (index.byteLength % OFFSET_ENTRY_BYTES !== 0) problems.push(`has ${index.byteLength} bytes`)
  for (let at = 0; at + OFFSET_ENTRY_BYTES <= index.byteLength; at += OFFSET_ENTRY_BYTES) {
    const offset = segment.baseOffset + index.readInt32BE(at)
    const found = positions.get(index.readInt32BE(at + 4))
    if (found === undefined || offset < found.baseOffset || offset > found.lastOffset) {
      problems.push(`says that ${offset} is at ${index.readInt32BE(at + 4)}, where ${found?.baseOffset} begins`)
    }
  }
  return problems
}

/** Each entry is the youngest timestamp up to an offset; both rise. */
function timeIndexProblems(index: Buffer, segment: Segment): string[] {
  const problems: string[] = []
  if (index.byteLength % TIME_ENTRY_BYTES !== 0) problems.push(`has ${index.byteLength} bytes`)
  for (let at = 0; at + TIME_ENTRY_BYTES <= index.byteLength; at += TIME_ENTRY_BYTES) {
    const timestamp = Number(index.readBigInt64BE(at))
    const offset = segment.baseOffset + index.readInt32BE(at + 8)
    const until = segment.batches.filter(({ view }) => view.baseOffset <= offset)
    const youngest = Math.max(...until.map(({ view }) => view.maxTimestamp))
    // Zeros are what a loss of power leaves of an entry, or of the end of one: then it is of the begin of the segment.
    const isTorn = timestamp === 0 || (timestamp % 256 === 0 && timestamp < youngest && offset === segment.baseOffset)
    // A search that begins there begins too early, and finds.
    if (timestamp !== youngest && !isTorn)
      problems.push(`says that ${timestamp} is the youngest until ${offset}, not ${youngest}`)
  }
  return problems
}

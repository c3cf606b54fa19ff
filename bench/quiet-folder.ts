// Where a benchmark of many files is measured: for a minute, and up to six, ext4 without a journal looks at every file
// that was removed nearby whenever it makes one, so that who comes after a removal of thousands measures nothing else.
import { spawnSync } from 'node:child_process'
import { closeSync, constants, fdatasync, fsync, mkdirSync, mkdtempSync, openSync, writeSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const PROBE_FILES = 200
/** Of the processor: what waits for others does not count. A file that is made costs about a tenth. */
const QUIET_MS_A_FILE = 0.2
const LOOK_AGAIN_MS = 10_000
const PATIENCE_MS = 400_000
/** As many as the broker syncs at a time, and as many threads as it has. */
const SIDE_BY_SIDE = 8
const THREADS = '16'

/** Makes a folder in which new files cost what they cost; says so when it had to wait, or gave up waiting. */
export async function quietFolder(say: (line: string) => void): Promise<string> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-bench-'))
  // Folders in it are spread over the disk, as those of a disk of their own are. Elsewhere than on ext4 this does nothing.
  spawnSync('chattr', ['+T', folder], { stdio: 'ignore' })
  const deadline = performance.now() + PATIENCE_MS
  for (let look = 0; ; look++) {
    const cost = costOfFiles(path.join(folder, `probe-${look}`))
    if (cost <= QUIET_MS_A_FILE) return folder
    const figure = `a new file costs ${cost.toFixed(2)} ms of the processor`
    if (performance.now() > deadline) {
      say(`The file system is slow: ${figure}`)
      return folder
    }
    say(`Waiting for the file system: ${figure}`)
    await sleep(LOOK_AGAIN_MS)
  }
}

function costOfFiles(folder: string): number {
  mkdirSync(folder)
  const before = process.cpuUsage()
  for (let file = 0; file < PROBE_FILES; file++) closeSync(openSync(path.join(folder, String(file)), 'w'))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / PROBE_FILES
}

/** What a first record to each of so many partitions asks of the file system, and nothing else. */
export async function makeBareLogs(folder: string, logs: number): Promise<void> {
  mkdirSync(folder)
  // In time, because nothing has used a thread yet; and for this process alone.
  process.env['UV_THREADPOOL_SIZE'] = THREADS
  let next = 0
  const work = async (): Promise<void> => {
    while (next < logs) await makeBareLog(path.join(folder, `topic-${next++}`))
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work))
  delete process.env['UV_THREADPOOL_SIZE']
}

const [sync, syncData] = [promisify(fsync), promisify(fdatasync)]

async function makeBareLog(folder: string): Promise<void> {
  mkdirSync(folder)
  for (const [name, content] of [
    ['partition.metadata', 'x'.repeat(44)],
    ['00000000000000000000.log', 'x'.repeat(78)],
  ] as const) {
    const file = openSync(path.join(folder, name), constants.O_RDWR | constants.O_CREAT, 0o644)
    writeSync(file, content)
    await syncData(file)
    closeSync(file)
  }
  const entries = openSync(folder, 'r')
  await sync(entries)
  closeSync(entries)
}

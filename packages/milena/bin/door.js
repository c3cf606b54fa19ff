// The door of every command: finds a Node that is new enough, turns the compile cache on, and only then loads the
// program, because every module that is loaded before the cache is on is compiled anew at each start.
// Plain JavaScript without dependencies: it must be understood by the old Node that it sends away.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const NEEDED_MAJOR = 24
/** Set for the second Node, so that a pinned one that is too old as well ends the search. */
const ALREADY_MOVED = 'MILENA_MOVED_TO_PINNED_NODE'

/** The folders from the given one up to the root. */
function upwards(from) {
  const folders = [from]
  for (let folder = from; path.dirname(folder) !== folder; folders.push(folder)) folder = path.dirname(folder)
  return folders
}

function pinnedNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  return upwards(here)
    .map((folder) => path.join(folder, 'node_modules', 'node', 'bin', name))
    .find((file) => existsSync(file))
}

/** Runs this very command on another Node, as if it were this process: same streams, signals and exit code. */
function runOn(executable) {
  const env = { ...process.env, [ALREADY_MOVED]: '1' }
  const child = spawn(executable, process.argv.slice(1), { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`milena: ${executable} cannot be run: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (os.constants.signals[signal] ?? 0)
  })
}

/**
 * Where compiled code is kept: in a clone beside its own modules, otherwise with the user's caches, since an
 * installed package may be read-only. The first folder that can be used wins; without one the start is slower.
 */
function enableCompileCache() {
  if (process.env.NODE_COMPILE_CACHE !== undefined || process.env.NODE_DISABLE_COMPILE_CACHE !== undefined) return
  const clone = upwards(here).find((folder) => existsSync(path.join(folder, 'packages', 'milena', 'bin')))
  const caches = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache')
  const candidates = [
    ...(clone === undefined ? [] : [path.join(clone, 'node_modules', '.cache', 'compile')]),
    path.join(caches, 'milena', 'compile'),
  ]
  const { FAILED } = nodeModule.constants.compileCacheStatus
  candidates.some((folder) => nodeModule.enableCompileCache(folder).status !== FAILED)
}

/** Runs a command line of `milena`, on a Node that can. */
export async function open(argv) {
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
    enableCompileCache()
    const { mainModule } = await import('./bundle.js')
    const { main } = await import(mainModule())
    await main(argv)
    return
  }
  const pinned = process.env[ALREADY_MOVED] === undefined ? pinnedNode() : undefined
  if (pinned !== undefined) {
    runOn(pinned)
    return
  }
  console.error(
    `milena: this Node is ${process.version}; Milena needs Node ${NEEDED_MAJOR} or newer ` +
      '(in a clone, `npm install` brings one along).',
  )
  process.exitCode = 1
}

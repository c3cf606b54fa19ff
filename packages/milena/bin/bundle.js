// The command as one bundle (tools/bundle.mjs makes it): hundreds of modules loaded one by one cost a start about
// half a millisecond each. A published package has nothing else; in a clone the bundle counts only while every file
// it was made from is unchanged, so that nobody runs yesterday's code.
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const home = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const dist = path.join(home, 'dist')

/** The files that the bundle was made from, relative to the package, with their size and time of change. */
export const manifest = path.join(dist, 'inputs.json')

export function isFresh() {
  if (!existsSync(manifest)) return false
  return Object.entries(JSON.parse(readFileSync(manifest, 'utf8'))).every(([file, seen]) => {
    const now = statSync(path.join(home, file), { throwIfNoEntry: false })
    return now !== undefined && now.mtimeMs === seen.mtimeMs && now.size === seen.size
  })
}

/** The URL of the program's main module: the bundle's where it may be used, else the source's. */
export function mainModule() {
  const isPublished = !existsSync(path.join(home, 'src'))
  return new URL(isPublished || isFresh() ? '../dist/main.js' : '../src/main.ts', import.meta.url)
}

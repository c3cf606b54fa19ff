import path from 'node:path'
import type { DumpedFile } from './dump-context.ts'
import { UncaughtException } from './java-exception.ts'

/** The file that an argument names, written as Java's File writes it: without doubled or trailing slashes. */
export function dumpedFile(argument: string): DumpedFile {
  const shown = argument.replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, '')
  return { shown, absolute: path.isAbsolute(shown) ? shown : `${process.cwd()}/${shown}` }
}

/** From the last dot of the name on; undefined when there is none. */
export function suffixOf({ shown }: DumpedFile): string | undefined {
  const name = shown.slice(shown.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot < 0 ? undefined : name.slice(dot)
}

/** The offset that the name of a segment's file begins with. */
export function baseOffsetOf({ shown }: DumpedFile): number {
  return javaLong(path.posix.basename(shown).split('.')[0]!)
}

/** What is said of a file of batches before they come. */
export function titleOf(file: DumpedFile): string {
  const name = path.posix.basename(file.shown)
  if (suffixOf(file) === '.log') return `Log starting offset: ${baseOffsetOf(file)}`
  if (name === 'bootstrap.checkpoint') return 'KRaft bootstrap snapshot'
  return `Snapshot end offset: ${javaLong(name.slice(0, 20))}, epoch: ${javaLong(name.slice(21, 31))}`
}

function javaLong(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw new UncaughtException('java.lang.NumberFormatException', `For input string: "${text}"`)
  }
  return Number(text)
}

import type { FileSystem } from '@milena/runtime'
import type { TextWriter } from './text-writer.ts'
import type { Findings } from './findings.ts'

/** What the dumping of a file works with. */
export interface DumpContext {
  readonly fs: FileSystem
  /** Standard output and standard error. */
  readonly out: TextWriter
  readonly err: TextWriter
  /** What is wrong with the files, to be said at the end. */
  readonly findings: Findings
}

/** A file by its two names: as it was given, and in full. */
export interface DumpedFile {
  readonly shown: string
  readonly absolute: string
}

import path from 'node:path'
import { type File, type FileSystem, hasErrorCode } from '@milena/runtime'
import type { DumpedFile } from './dump-context.ts'
import { UncaughtException } from './java-exception.ts'

export interface OpenedFile extends AsyncDisposable {
  readonly file: File
}

/** Opens a file to read, or fails as Java says it. */
export async function openedFile(fs: FileSystem, { shown, absolute }: DumpedFile): Promise<OpenedFile> {
  const file = await refusedAsJava(shown, () => fs.open(absolute, 'read'))
  return { file, [Symbol.asyncDispose]: () => file.close() }
}

export function fileContent(fs: FileSystem, { shown, absolute }: DumpedFile): Promise<Uint8Array> {
  return refusedAsJava(shown, () => fs.readFile(absolute))
}

async function refusedAsJava<T>(shown: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) throw new UncaughtException('java.nio.file.NoSuchFileException', shown)
    if (hasErrorCode(error, 'EACCES')) throw new UncaughtException('java.nio.file.AccessDeniedException', shown)
    throw new UncaughtException('java.io.IOException', error instanceof Error ? error.message : String(error))
  }
}

/** The file of the same segment with another suffix; Kafka names it in full. */
export function siblingOf({ absolute }: DumpedFile, suffix: string): DumpedFile {
  const stem = path.basename(absolute).split('.')[0]!
  const sibling = path.join(path.dirname(absolute), stem + suffix)
  return { shown: sibling, absolute: sibling }
}

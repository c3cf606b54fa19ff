// Compiles the Java programs of `interop/clients/java/src`.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { succeed } from './client-program.ts'

const sources = path.join(import.meta.dirname, '..', 'clients', 'java', 'src')

export interface JavaProgram extends Disposable {
  readonly program: 'java'
  /** What stands before the program's own arguments. */
  readonly args: readonly string[]
}

/** The class `name`, compiled against the jars in the folder `libraries`; its classes go when it is disposed of. */
export async function javaProgram(name: string, libraries: string): Promise<JavaProgram> {
  const classes = mkdtempSync(path.join(os.tmpdir(), 'milena-java-'))
  const remove = (): void => rmSync(classes, { recursive: true, force: true })
  try {
    await succeed('javac', ['-d', classes, '-cp', `${libraries}/*`, path.join(sources, `${name}.java`)])
  } catch (error) {
    remove()
    throw error
  }
  const args = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', `${classes}:${libraries}/*`, name]
  return { program: 'java', args, [Symbol.dispose]: remove }
}

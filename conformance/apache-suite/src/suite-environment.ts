// The test jars of Apache Kafka from Maven Central and the adapter compiled against them, in the user's cache folder.
import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const home = path.dirname(import.meta.dirname)
const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'milena-apache-suite')

export type SuiteEnvironment =
  | { readonly classPath: string; readonly loggingConfig: string }
  | { readonly missing: string }

/** Runs `install` once for each content of `files`, in a folder of its own. */
async function installed(name: string, files: readonly string[], install: (folder: string) => Promise<void>) {
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(file))
  const folder = path.join(cache, `${name}-${hash.digest('hex').slice(0, 12)}`)
  const stamp = path.join(folder, '.installed')
  if (!existsSync(stamp)) {
    await mkdir(folder, { recursive: true })
    await install(folder)
    await writeFile(stamp, '')
  }
  return folder
}

function message(error: unknown): string {
  const text = error instanceof Error ? ((error as { stderr?: string }).stderr ?? '') || error.message : String(error)
  return text.trim().split('\n').at(-1) ?? 'unknown error'
}

/** Needs JDK 17 or later, and Maven until the jars are there. */
export async function prepareSuite(): Promise<SuiteEnvironment> {
  for (const program of ['java', 'javac']) {
    const { error } = spawnSync(program, ['-version'])
    if (error !== undefined)
      return { missing: `there is no JDK: \`${program}\` is not on the path (17 or later will do)` }
  }
  const pom = path.join(home, 'pom.xml')
  const sources = globSync('java/**/*.java', { cwd: home })
    .sort()
    .map((file) => path.join(home, file))
  try {
    const jars = await installed('jars', [pom], async (folder) => {
      const target = [`-DoutputDirectory=${folder}`, '-DincludeScope=runtime']
      await run('mvn', ['-q', '-f', pom, 'dependency:copy-dependencies', ...target], { maxBuffer: 1 << 24 })
    })
    const classes = await installed('adapter', [pom, ...sources], async (folder) => {
      await run('javac', ['-d', folder, '-cp', path.join(jars, '*'), ...sources], { maxBuffer: 1 << 24 })
      await writeFile(path.join(folder, 'log4j2.properties'), 'rootLogger.level=off\n')
    })
    return {
      // The adapter stands first: one of its classes takes the place of one of Kafka's.
      classPath: [classes, path.join(jars, '*')].join(path.delimiter),
      loggingConfig: path.join(classes, 'log4j2.properties'),
    }
  } catch (error) {
    return { missing: message(error) }
  }
}

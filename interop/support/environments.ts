// What the real clients need, installed where it is missing and kept in the user's cache folder: Python
// packages in a virtual environment, Java libraries from Maven Central, Go programs built with their modules, kcat from
// Debian.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { access, mkdir, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const interop = path.dirname(import.meta.dirname)
const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'milena-interop')

/** Where a client's runtime lies, or the reason why it cannot be had on this machine. */
export type Environment = { readonly path: string } | { readonly missing: string }

async function firstLine(error: unknown): Promise<string> {
  const text = error instanceof Error ? ((error as { stderr?: string }).stderr ?? '') || error.message : String(error)
  return text.trim().split('\n').at(-1) ?? 'unknown error'
}

/** Runs `install` once per content of `key`, in a folder of its own. */
async function installed(name: string, key: string, install: (folder: string) => Promise<void>): Promise<Environment> {
  const folder = path.join(cache, `${name}-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`)
  const stamp = path.join(folder, '.installed')
  if (!existsSync(stamp)) {
    try {
      await mkdir(folder, { recursive: true })
      await install(folder)
      await writeFile(stamp, '')
    } catch (error) {
      return { missing: `${name}: ${await firstLine(error)}` }
    }
  }
  return { path: folder }
}

const pythonPackages = [
  'kafka-python==3.0.12',
  'confluent-kafka==2.16.1',
  'aiokafka==0.14.0',
  // The codecs that kafka-python leaves to other packages.
  'python-snappy==0.7.3',
  'lz4==4.4.4',
  'zstandard==0.23.0',
]

/** A virtual environment with the Python clients; `path` is its interpreter. */
export async function python(): Promise<Environment> {
  const environment = await installed('python', pythonPackages.join(' '), async (folder) => {
    await run('python3', ['-m', 'venv', folder])
    await run(path.join(folder, 'bin', 'pip'), ['install', '--quiet', ...pythonPackages])
  })
  return 'path' in environment ? { path: path.join(environment.path, 'bin', 'python') } : environment
}

/** A folder of jars, by the name of the Maven project in `interop/clients/java` that lists them. */
export async function jars(
  project: 'kafka-4.3.1' | 'kafka-clients-3.6.0' | 'kafka-streams-4.3.1',
): Promise<Environment> {
  const pom = path.join(interop, 'clients', 'java', `${project}.xml`)
  return installed(project, readFileSync(pom, 'utf8'), async (folder) => {
    const target = [`-DoutputDirectory=${folder}`, '-DincludeScope=runtime']
    await run('mvn', ['-q', '-f', pom, 'dependency:copy-dependencies', ...target], { maxBuffer: 1 << 24 })
  })
}

/**
 * A folder with the programs of `interop/clients/go`, by their folders' names, built when one of their files has
 * changed. Go keeps what it has compiled, so only the first build takes long.
 */
export async function go(): Promise<Environment> {
  const project = path.join(interop, 'clients', 'go')
  const files = globSync('{go.*,**/*.go}', { cwd: project }).sort()
  const key = files.map((file) => file + readFileSync(path.join(project, file), 'utf8')).join('')
  return installed('go', key, async (folder) => {
    const found = await onPath('go')
    const options = { cwd: project, maxBuffer: 1 << 24 }
    await run(found ?? '/usr/local/go/bin/go', ['build', '-trimpath', '-o', `${folder}/`, './...'], options)
  })
}

async function onPath(program: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const candidate = path.join(folder, program)
    const isThere = await access(candidate).then(
      () => true,
      () => false,
    )
    if (isThere) return candidate
  }
  return undefined
}

/** kcat on the path; on Debian it is installed when it is not there and this user may. */
export async function kcat(): Promise<Environment> {
  const found = await onPath('kcat')
  if (found !== undefined) return { path: found }
  if (process.getuid?.() !== 0) return { missing: 'kcat: not installed, and only root can install it' }
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['update', '-qq'], { env })
    await run('apt-get', ['install', '-y', '-qq', 'kcat'], { env, maxBuffer: 1 << 24 })
    return { path: '/usr/bin/kcat' }
  } catch (error) {
    return { missing: `kcat: ${await firstLine(error)}` }
  }
}

// One test class in a JVM of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseReport } from './junit-report.ts'
import type { Result } from './results.ts'

export interface RunOptions {
  readonly classPath: string
  readonly loggingConfig: string
  /** Space-separated; given the path of a server.properties as last word. */
  readonly clusterCommand: string
  readonly maxBrokers: number
  /** A regular expression for the whole name of test methods. */
  readonly methods?: string | undefined
  readonly testTimeoutSeconds: number
  readonly classTimeoutSeconds: number
}

function jvmArguments(name: string, reports: string, options: RunOptions): string[] {
  const timeout = 'junit.jupiter.execution.timeout'
  const args = [
    '-Xmx1g',
    // Short lives: what the second compiler would gain comes too late.
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    '-Djunit.jupiter.extensions.autodetection.enabled=true',
    `-Dlog4j2.configurationFile=${options.loggingConfig}`,
    `-D${timeout}.testtemplate.method.default=${options.testTimeoutSeconds}s`,
    `-D${timeout}.beforeeach.method.default=90s`,
  ]
  const program = ['-cp', options.classPath, 'org.junit.platform.console.ConsoleLauncher', 'execute']
  const choice = ['--select-class', name, '--details', 'none', '--disable-banner', '--reports-dir', reports]
  if (options.methods !== undefined) choice.push('--include-methodname', `.*#(?:${options.methods})`)
  return [...args, ...program, ...choice]
}

/** By the names of the tests; empty when there is no report, because the class took too long or could not be loaded. */
export async function runClass(name: string, options: RunOptions): Promise<Map<string, Result>> {
  const reports = mkdtempSync(path.join(os.tmpdir(), 'apache-suite-'))
  try {
    const env = {
      ...process.env,
      CLUSTER_COMMAND: options.clusterCommand,
      CLUSTER_MAX_BROKERS: `${options.maxBrokers}`,
    }
    // A process group of its own: brokers of a JVM that is ended from outside end with it.
    const child = spawn('java', jvmArguments(name, reports, options), { stdio: 'ignore', env, detached: true })
    const end = (): void => {
      try {
        process.kill(-child.pid!, 'SIGKILL')
      } catch {
        // All of it has ended by itself.
      }
    }
    const overdue = setTimeout(end, options.classTimeoutSeconds * 1000)
    const stop = (): void => {
      end()
      process.exit(130)
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
    await once(child, 'exit')
    clearTimeout(overdue)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
    end()
    return parseReport(readFileSync(path.join(reports, 'TEST-junit-jupiter.xml'), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
    throw error
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }
}

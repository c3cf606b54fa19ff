// Runs a client's program against a broker and judges it by its exit code.
import { spawn } from 'node:child_process'
import type { TestContext } from 'node:test'
import type { Environment } from './environments.ts'

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly timeoutMs?: number
}

export interface ProgramResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end and gives what it printed. */
export async function execute(
  program: string,
  args: readonly string[],
  { env, input, timeoutMs = 120_000 }: ProgramOptions = {},
): Promise<ProgramResult> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdin.on('error', () => {}) // A program that does not read its input may end before we have written it.
  child.stdin.end(input ?? '')
  const overdue = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  clearTimeout(overdue)
  return { code, stdout, stderr }
}

/** As `execute`, but an exit code other than 0 is an error that shows all that was printed. */
export async function succeed(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const result = await execute(program, args, options)
  if (result.code !== 0) {
    const shown = `${result.stdout}\n${result.stderr}`.slice(-8000)
    throw new Error(`${program} ${args.join(' ')} ended with ${result.code}:\n${shown}`)
  }
  return result
}

/**
 * The path of an environment. Where it is missing the test is skipped with the reason; with CI=true it fails,
 * so that a machine cannot hide a client by not having it.
 */
export function required(t: TestContext, environment: Environment): string | undefined {
  if ('path' in environment) return environment.path
  if (process.env.CI === 'true') throw new Error(`not installed: ${environment.missing}`)
  t.skip(environment.missing)
  return undefined
}

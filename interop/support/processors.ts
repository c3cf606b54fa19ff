// Processors as processes: they are killed, end by themselves when an error is fatal, and are replaced.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import readline from 'node:readline'

export interface ProcessorCommand {
  readonly program: string
  readonly args: readonly string[]
}

/** As many processes as commands, each replaced when it ends, until they are stopped. */
export class Processors implements AsyncDisposable {
  readonly #commands: readonly ProcessorCommand[]
  readonly #running: ChildProcess[] = []
  #progress = Promise.withResolvers<void>()
  #errors = ''
  #replaced = 0
  #isStopping = false

  constructor(commands: readonly ProcessorCommand[]) {
    this.#commands = commands
    for (const index of commands.keys()) this.#start(index)
  }

  get count(): number {
    return this.#commands.length
  }

  /** How often a process took the place of another. */
  get replaced(): number {
    return this.#replaced
  }

  /** The last of what they wrote to standard error. */
  get errors(): string {
    return this.#errors
  }

  /** Resolves when one of them prints a line from now on. */
  async progress(timeoutMs: number): Promise<void> {
    this.#progress = Promise.withResolvers()
    const overdue = setTimeout(() => this.#progress.reject(new Error('the processors do not get on')), timeoutMs)
    await this.#progress.promise.finally(() => clearTimeout(overdue))
  }

  /** SIGKILL; another one takes its place. */
  async kill(index: number): Promise<void> {
    const child = this.#running[index]!
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await Promise.all(this.#running.map((_, index) => this.kill(index)))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #start(index: number): void {
    const { program, args } = this.#commands[index]!
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#running[index] = child
    readline.createInterface({ input: child.stdout }).on('line', () => this.#progress.resolve())
    child.stderr.on('data', (chunk: Buffer) => (this.#errors = (this.#errors + chunk.toString()).slice(-8192)))
    child.once('exit', () => {
      if (this.#isStopping) return
      this.#replaced++
      this.#start(index)
    })
  }
}

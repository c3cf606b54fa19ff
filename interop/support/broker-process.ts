// A broker as its users run it: a process of its own. INTEROP_BROKER=apache runs Apache Kafka 4.3.1 instead, to
// tell whether a failing program or the broker is at fault.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { jars } from './environments.ts'

const root = path.resolve(import.meta.dirname, '..', '..')
const startTimeoutMs = 60_000
const stopTimeoutMs = 30_000

export interface BrokerProcess extends AsyncDisposable {
  readonly bootstrapServers: string
  readonly port: number
  readonly pid: number
  /** What it has printed so far; shown when a test fails. */
  output(): string
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL: nothing is flushed, nothing is closed. */
  kill(): Promise<void>
  /** Another process on the same data folder and port, once this one has ended. */
  restart(): Promise<BrokerProcess>
}

export type BrokerKind = 'apache' | 'milena'

export interface BrokerOptions {
  /** Which broker; unless said, INTEROP_BROKER says. */
  readonly kind?: BrokerKind
  readonly properties?: Readonly<Record<string, string>>
  /** Default: one that is free. */
  readonly port?: number
  /** What Apache Kafka's JVM is told of its heap. Default: enough for a test. */
  readonly javaHeap?: readonly string[]
  /** A command that is given the broker's own as its arguments, and becomes it; told of the folder. */
  readonly within?: (folder: string) => readonly string[]
  /** How long a start and a stop may take. Default: 60 and 30 seconds. */
  readonly patienceMs?: { readonly start: number; readonly stop: number }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** The command that starts the broker at hand on `folder`, listening on `port`. */
async function command(folder: string, port: number, options: BrokerOptions): Promise<string[]> {
  const { properties = {}, kind = process.env.INTEROP_BROKER, javaHeap = ['-Xmx512m'] } = options
  if (kind !== 'apache') {
    const bin = path.join(root, 'packages', 'milena', 'bin', 'milena.js')
    const flags = Object.entries(properties).map(([key, value]) => `--${key}=${value}`)
    return [process.execPath, bin, 'start', '--port', `${port}`, '--data', path.join(folder, 'data'), ...flags]
  }
  const libraries = await jars('kafka-4.3.1')
  if ('missing' in libraries) throw new Error(libraries.missing)
  const java = ['java', ...javaHeap, '-cp', `${libraries.path}/*`]
  const file = path.join(folder, 'server.properties')
  const controller = await freePort()
  const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`
  const all = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controller}`,
    listeners,
    'advertised.listeners': listeners,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': path.join(folder, 'data'),
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    ...properties,
  }
  writeFileSync(
    file,
    Object.entries(all)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
  const format = ['kafka.tools.StorageTool', 'format', '-t', 'bWlsZW5hLWludGVyb3AtMQ', '-c', file, '--standalone']
  spawnSync(java[0]!, [...java.slice(1), ...format, '--ignore-formatted'], { stdio: 'ignore' })
  return [...java, 'kafka.Kafka', file]
}

async function launch(folder: string, port: number, options: BrokerOptions): Promise<BrokerProcess> {
  const before = options.within?.(folder) ?? []
  const [program, ...args] = [...before, ...(await command(folder, port, options))]
  const child: ChildProcess = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  let output = ''
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-1 << 20))
  child.stdout!.on('data', keep)
  child.stderr!.on('data', keep)

  const patienceMs = options.patienceMs ?? { start: startTimeoutMs, stop: stopTimeoutMs }
  const deadline = Date.now() + patienceMs.start
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`the broker ended with ${child.exitCode}:\n${output}`)
    if (Date.now() > deadline) throw new Error(`no broker on port ${port} after ${patienceMs.start} ms:\n${output}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }

  const running = (): boolean => child.exitCode === null && child.signalCode === null
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (running()) child.kill(signal)
    const overdue = setTimeout(() => child.kill('SIGKILL'), patienceMs.stop)
    const [code] = await exited
    clearTimeout(overdue)
    return code
  }
  return {
    bootstrapServers: `127.0.0.1:${port}`,
    port,
    pid: child.pid!,
    output: () => output,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
    restart: () => launch(folder, port, options),
    [Symbol.asyncDispose]: async () => {
      await end('SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Starts a broker on an empty folder that goes when the broker is disposed of. */
export async function startBroker(options: BrokerOptions = {}): Promise<BrokerProcess> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-interop-'))
  return launch(folder, options.port ?? (await freePort()), options)
}

// One node of Apache Kafka, started for a test from a folder with its jars.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface ApacheBroker extends AsyncDisposable {
  readonly bootstrapServers: string
  readonly bootstrapControllers: string
  /** Its `server.properties`. */
  readonly configFile: string
}

/** What keeps a JVM of a tool small and quick to start. */
export const jvmOptions = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m']

export async function startApacheBroker(lib: string): Promise<ApacheBroker> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'milena-apache-'))
  const [port, controllerPort] = [await freePort(), await freePort()]
  const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`
  const file = path.join(folder, 'server.properties')
  const classPath = ['-cp', path.join(lib, '*')]
  await writeFile(
    file,
    [
      'process.roles=broker,controller',
      'node.id=1',
      `controller.quorum.bootstrap.servers=127.0.0.1:${controllerPort}`,
      `listeners=${listeners}`,
      `advertised.listeners=${listeners}`,
      'controller.listener.names=CONTROLLER',
      `log.dirs=${path.join(folder, 'data')}`,
      'offsets.topic.replication.factor=1',
      'offsets.topic.num.partitions=3',
      'transaction.state.log.replication.factor=1',
      'transaction.state.log.min.isr=1',
      'share.coordinator.state.topic.replication.factor=1',
      'share.coordinator.state.topic.min.isr=1',
      'group.initial.rebalance.delay.ms=0',
    ].join('\n'),
  )
  const format = [
    ...classPath,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    'AAAAAAAAAAAAAAAAAAAAMA',
    '-c',
    file,
    '--standalone',
  ]
  const formatted = spawnSync('java', [...jvmOptions, ...format], { encoding: 'utf8' })
  if (formatted.status !== 0) throw new Error(formatted.stderr)
  const broker = spawn('java', ['-Xmx512m', ...classPath, 'kafka.Kafka', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [broker.stdout, broker.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  try {
    await untilOpen(port, broker)
  } catch (error) {
    throw new Error(`Apache Kafka did not start:\n${output}`, { cause: error })
  }
  return {
    bootstrapServers: `127.0.0.1:${port}`,
    bootstrapControllers: `127.0.0.1:${controllerPort}`,
    configFile: file,
    async [Symbol.asyncDispose]() {
      if (broker.exitCode === null) {
        broker.kill('SIGKILL')
        await once(broker, 'exit')
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function untilOpen(port: number, broker: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (broker.exitCode !== null) throw new Error(`exit code ${broker.exitCode}`)
    const socket = net.connect(port, '127.0.0.1')
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (open) return
    await delay(200)
  }
  throw new Error(`port ${port} did not open`)
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

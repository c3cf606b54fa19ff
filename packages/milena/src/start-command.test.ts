// The command as people run it: a process of its own, its output and its exit code.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { KafkaClient } from '@milena/client'

const bin = path.resolve(import.meta.dirname, '../bin/milena.js')
const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-command-'))
after(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

function milena(argv: readonly string[], environment: Record<string, string> = {}): Running {
  const env = { ...process.env, ...environment }
  const child = spawn(process.execPath, [bin, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }))
  return { child, ended }
}

/** Starts, and waits for the line that says where to connect. */
async function serving(argv: readonly string[], environment?: Record<string, string>) {
  const { child, ended } = milena(argv, environment)
  const port = new Promise<number>((resolve) => {
    let seen = ''
    child.stdout!.on('data', (chunk: Buffer) => {
      seen += chunk.toString()
      const match = /--bootstrap-server localhost:(\d+)\n.*Ready in \d+ ms/s.exec(seen)
      if (match !== null) resolve(Number(match[1]))
    })
  })
  const first = await Promise.race([port, ended])
  if (typeof first !== 'number') throw new Error(`it ended with ${first.code}:\n${first.stdout}${first.stderr}`)
  const stop = (signal: NodeJS.Signals): Promise<Ended> => {
    child.kill(signal)
    return ended
  }
  return { port: first, stop }
}

describe('milena start', () => {
  test('serves, says where, and ends with 0 on SIGTERM; a second one on its folder or port is told so', async () => {
    const data = path.join(folder, 'one')
    const { port, stop } = await serving(['--port', '0', '--data', data])
    const client = new KafkaClient({ bootstrapServers: `localhost:${port}` })
    await client.refreshMetadata()
    client.close()

    const [sameFolder, samePort] = await Promise.all([
      milena(['--port', '0', '--data', data]).ended,
      milena(['--port', `${port}`, '--data', path.join(folder, 'two')]).ended,
    ])
    assert.equal(sameFolder.code, 1)
    assert.match(sameFolder.stderr, /^milena: The data folder .*one is in use by another broker\..*\n$/)
    assert.equal(samePort.code, 1)
    assert.match(samePort.stderr, new RegExp(`^milena: .*port ${port} is in use.*\n$`))

    const { code, stdout, stderr } = await stop('SIGTERM')
    assert.equal(code, 0)
    assert.equal(stderr, '')
    assert.match(stdout, /Milena 0\.1\.0 \(Kafka 4\.3\), node 1/)
    assert.match(stdout, /INFO \[Milena\] Stopping on SIGTERM/)
  })

  test("takes Kafka's own server.properties, leaves the controller's port alone, and ends on SIGINT", async () => {
    // Something else listens where the controller would.
    const other = net.createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const taken = (other.address() as net.AddressInfo).port
    const file = path.join(folder, 'server.properties')
    writeFileSync(
      file,
      `process.roles=broker,controller
node.id=7
controller.quorum.bootstrap.servers=localhost:${taken}
listeners=PLAINTEXT://localhost:0,CONTROLLER://127.0.0.1:${taken}
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL
num.network.threads=3
log.dirs=${path.join(folder, 'three')}
num.partitions=1
`,
    )
    const { port, stop } = await serving(['--config', file], { KAFKA_NUM_PARTITIONS: '4', KAFKA_HEAP_OPTS: '-Xmx1G' })
    const client = new KafkaClient({ bootstrapServers: `localhost:${port}` })
    const { brokers } = await client.refreshMetadata()
    assert.deepEqual([...brokers.keys()], [7])
    client.close()
    const { code, stdout } = await stop('SIGINT')
    other.close()
    assert.equal(code, 0)
    assert.match(stdout, /The listener CONTROLLER:\/\/127\.0\.0\.1:\d+ is not opened/)
  })

  test('ends with npm, which tells the shell that it runs scripts in and nobody else', async () => {
    // The `:` keeps the shell from becoming the broker.
    const script = `"${process.execPath}" "${bin}" --port 0 --memory; :`
    const env = { ...process.env, npm_lifecycle_event: 'start' }
    const shell = spawn('sh', ['-c', script], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    let stdout = ''
    shell.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
      if (/Ready in/.test(stdout)) shell.kill('SIGTERM')
    })
    // The stream ends when the last process that holds it does: the broker.
    await once(shell.stdout, 'close')
    assert.match(stdout, /Stopping on the end of npm/)
  })

  test('is told from a mistake in a property: exit code 1 and a sentence for each', async () => {
    const { code, stdout, stderr } = await milena(['--num.partitons=3', '--num.io.threads=many'], {
      KAFKA_NODE_ID: '-2',
    }).ended
    assert.equal(code, 1)
    assert.equal(stdout, '')
    const lines = stderr.trimEnd().split('\n')
    assert.equal(lines.length, 3)
    assert.ok(lines.every((line) => line.startsWith('milena: ')))
    assert.match(stderr, /num\.partitons.*Did you mean num\.partitions\?/)
    assert.match(stderr, /num\.io\.threads.*"many".*must be/)
    assert.match(stderr, /node\.id.*"-2".*\(It was set by KAFKA_NODE_ID\.\)/)
  })

  test('a data folder that cannot be one is told so', async () => {
    const file = path.join(folder, 'a-file')
    writeFileSync(file, '')
    const { code, stderr } = await milena(['--port', '0', '--data', path.join(file, 'data')]).ended
    assert.equal(code, 1)
    assert.match(stderr, /^milena: The data folder cannot be used: .*a-file.* is not a folder\.\n$/)
  })
})

describe('milena', () => {
  test('--version, --help and words that are no command', async () => {
    const [version, help, wrong] = await Promise.all([
      milena(['--version']).ended,
      milena(['--help']).ended,
      milena(['topic', '--list']).ended,
    ])
    assert.deepEqual([version.code, version.stdout], [0, 'milena 0.1.0\n'])
    assert.equal(help.code, 0)
    assert.match(help.stdout, /--port N/)
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /^milena: 'topic' is not a command; there are start, import, topics, /)
  })

  test('runs the tools against any broker', async () => {
    const { port, stop } = await serving(['--port', '0', '--memory'])
    const server = ['--bootstrap-server', `localhost:${port}`]
    const created = await milena(['topics', ...server, '--create', '--topic', 'events', '--partitions', '2']).ended
    assert.deepEqual([created.code, created.stdout], [0, 'Created topic events.\n'])
    const listed = await milena(['topics', ...server, '--list']).ended
    assert.deepEqual([listed.code, listed.stdout], [0, 'events\n'])
    assert.equal((await stop('SIGTERM')).code, 0)
  })
})

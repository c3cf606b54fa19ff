// `npm run conformance -- --record` (or `node conformance/record.ts [NAME]`): real clients against Apache Kafka, and what
// they said written to `conformance/recorded`, to be played again to both brokers. Run by who changes a client.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { startBroker } from '../interop/support/broker-process.ts'
import { execute } from '../interop/support/client-program.ts'
import { type Environment, jars, python } from '../interop/support/environments.ts'
import { properties, warm } from './src/brokers.ts'
import { formatRecording } from './src/recording.ts'
import { RecordingProxy } from './src/recording-proxy.ts'

const here = import.meta.dirname
const script = (name: string): string => path.join(here, 'clients', name)

interface Client {
  readonly title: string
  readonly environment?: () => Promise<Environment>
  /** Programs that run one after the other, each with what it reads on standard input. */
  readonly programs: (path: string, servers: string) => readonly (readonly [string[], input?: string])[]
}

const java = (libraries: string, ...args: string[]): string[] => ['java', '-cp', `${libraries}/*`, ...args]
const TOOLS = 'org.apache.kafka.tools'

function consoleTools(name: string, ...more: string[]): Client['programs'] {
  const topic = `h0-${name}`
  return (libraries, servers) => {
    const to = ['--bootstrap-server', servers, '--topic', topic]
    const group = ['--group', `h0-${name}`, '--from-beginning', '--max-messages', '2']
    return [
      [java(libraries, `${TOOLS}.TopicCommand`, ...to, '--create', '--partitions', '2')],
      [java(libraries, `${TOOLS}.ConsoleProducer`, ...to), 'one\ntwo\n'],
      [java(libraries, `${TOOLS}.consumer.ConsoleConsumer`, ...to, ...group, ...more)],
      [
        java(
          libraries,
          `${TOOLS}.consumer.group.ConsumerGroupCommand`,
          ...to.slice(0, 2),
          '--describe',
          '--group',
          `h0-${name}`,
        ),
      ],
      [java(libraries, `${TOOLS}.TopicCommand`, ...to, '--delete')],
    ]
  }
}

const clients: Readonly<Record<string, Client>> = {
  kafkajs: { title: 'kafkajs 2.2.4', programs: (_, servers) => [[[process.execPath, script('kafkajs.ts'), servers]]] },
  'kafka-python': {
    title: 'kafka-python 3.0.12',
    environment: python,
    programs: (interpreter, servers) => [[[interpreter, script('kafka_python.py'), servers]]],
  },
  'confluent-kafka': {
    title: 'confluent-kafka 2.16.1 (librdkafka), with a transaction',
    environment: python,
    programs: (interpreter, servers) => [[[interpreter, script('confluent.py'), servers]]],
  },
  'java-tools': {
    title: 'the console tools of Apache Kafka 4.3.1',
    environment: () => jars('kafka-4.3.1'),
    programs: consoleTools('java-tools'),
  },
  'java-consumer-protocol': {
    title: 'the console tools of Apache Kafka 4.3.1, with group.protocol=consumer',
    environment: () => jars('kafka-4.3.1'),
    programs: consoleTools('java-consumer-protocol', '--command-property', 'group.protocol=consumer'),
  },
}

/** Runs the clients of the given names, or all. */
export async function record(names: readonly string[]): Promise<void> {
  await using proxy = await RecordingProxy.listen()
  const advertised = { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${proxy.port}` }
  await using broker = await startBroker({ kind: 'apache', properties: { ...properties, ...advertised } })
  const { session } = await warm(broker.port)
  await session.close()
  proxy.passTo(broker.port)
  const servers = `127.0.0.1:${proxy.port}`
  for (const [name, client] of Object.entries(clients)) {
    if (names.length > 0 && !names.includes(name)) continue
    const environment = (await client.environment?.()) ?? { path: '' }
    if ('missing' in environment) {
      console.log(`${name}: not recorded (${environment.missing})`)
      continue
    }
    const before = client.programs(environment.path, servers)
    proxy.take()
    for (const [[program, ...args], input] of before) {
      const result = await execute(program!, args, input === undefined ? {} : { input })
      if (result.code !== 0) throw new Error(`${name}: ${args.join(' ')}\n${result.stdout}\n${result.stderr}`)
    }
    const exchanges = proxy.take()
    writeFileSync(path.join(here, 'recorded', `${name}.txt`), formatRecording(client.title, exchanges))
    console.log(`${name}: ${exchanges.length} requests`)
  }
}

if (import.meta.main) await record(process.argv.slice(2))

// `npm run interop [-- PATTERN …]`: real clients, and Apache Kafka's own definitions and tools, against this
// project. What a client needs is installed first; what cannot be had is skipped by name and reason, and with
// CI=true fails the run.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import path from 'node:path'
import { go, jars, kcat, python } from './support/environments.ts'

const root = path.dirname(import.meta.dirname)
const patterns = process.argv.slice(2)
/** Five minutes of starting JVMs, so it runs when it is asked for: `npm run interop -- apache-tools`. */
const onlyByName = 'apache-tools'
const environments = {
  python: await python(),
  'Apache Kafka 4.3.1': await jars('kafka-4.3.1'),
  'kafka-clients 3.6.0': await jars('kafka-clients-3.6.0'),
  'Kafka Streams 4.3.1': await jars('kafka-streams-4.3.1'),
  'Go clients': await go(),
  kcat: await kcat(),
}
for (const [name, environment] of Object.entries(environments)) {
  console.log('path' in environment ? `${name}: ready` : `${name}: skipped (${environment.missing})`)
}

const kafka = environments['Apache Kafka 4.3.1']
const files = globSync(['interop/tests/*.test.ts', 'packages/*/test/*.interop.test.ts'], { cwd: root })
  .filter((file) =>
    patterns.length === 0 ? !file.includes(onlyByName) : patterns.some((pattern) => file.includes(pattern)),
  )
  .sort()
const env = {
  ...process.env,
  ...('path' in kafka ? { KAFKA_LIB: kafka.path } : {}),
  NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/compile'),
}
// One at a time: each test has a broker and a client of its own, and a machine may have but two cores.
const options = ['--test', '--test-concurrency=1', '--test-timeout=600000']
const { status } = spawnSync(process.execPath, [...options, ...files], { cwd: root, stdio: 'inherit', env })
process.exit(status ?? 1)

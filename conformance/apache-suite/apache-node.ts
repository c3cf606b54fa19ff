// Starts one node of Apache Kafka itself from the adapter's properties: what any other broker is held against.
// `node apache-node.ts SERVER.PROPERTIES`, with the jars in KAFKA_LIB.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const file = process.argv[2]!
const text = readFileSync(file, 'utf8')
const value = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(text)![1]!
const controllers = /^# controllers (.*)$/m.exec(text)![1]!.split(' ')
const id = Number(value('node.id'))

const own = {
  listeners: `${value('listeners')},CONTROLLER://localhost:${controllers[id]}`,
  'listener.security.protocol.map': `${value('listener.security.protocol.map')},CONTROLLER:PLAINTEXT`,
  'process.roles': 'broker,controller',
  'controller.listener.names': 'CONTROLLER',
  'controller.quorum.voters': controllers.map((port, node) => `${node}@localhost:${port}`).join(','),
}
const complete = `${file}.kafka`
const kept = text.split('\n').filter((line) => !(line.split('=')[0]! in own))
writeFileSync(complete, [...kept, ...Object.entries(own).map(([key, each]) => `${key}=${each}`), ''].join('\n'))

const classPath = path.join(process.env.KAFKA_LIB!, '*')
const java = ['-Xmx400m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath]
const format = ['kafka.tools.StorageTool', 'format', '--ignore-formatted', '--cluster-id', 'Vj6IefmmSZWsmwLs8EPlHw']
spawnSync('java', [...java, ...format, '--config', complete], { stdio: 'ignore' })
const { stdout } = spawnSync('which', ['java'], { encoding: 'utf8' })
// This process becomes the broker, so that signals reach it and its exit code is the broker's.
process.execve!(stdout.trim(), ['java', ...java, 'kafka.Kafka', complete], process.env)

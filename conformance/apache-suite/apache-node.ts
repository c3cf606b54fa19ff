// Starts one node of Apache Kafka itself from the adapter's properties: what any other broker is held against.
// `node apache-node.ts SERVER.PROPERTIES`, with the jars in KAFKA_LIB. JDK_JAVA_OPTIONS reaches the JVM.
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const file = process.argv[2]!
const libraries = process.env.KAFKA_LIB!
const text = readFileSync(file, 'utf8')
const value = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(text)![1]!
/** `ID@PORT` of every node. */
const controllers = /^# controllers (.*)$/m
  .exec(text)![1]!
  .split(' ')
  .map((each) => each.split('@'))
const id = Number(value('node.id'))
const folders = value('log.dirs').split(',')
const clusterId = 'Vj6IefmmSZWsmwLs8EPlHw'

const own = {
  listeners: `${value('listeners')},CONTROLLER://localhost:${controllers.find(([node]) => node === value('node.id'))![1]}`,
  'listener.security.protocol.map': `${value('listener.security.protocol.map')},CONTROLLER:PLAINTEXT`,
  'process.roles': 'broker,controller',
  'controller.listener.names': 'CONTROLLER',
  'controller.quorum.voters': controllers.map(([node, port]) => `${node}@localhost:${port}`).join(','),
}
const complete = `${file}.kafka`
const kept = text.split('\n').filter((line) => !(line.split('=')[0]! in own))
writeFileSync(complete, [...kept, ...Object.entries(own).map(([key, each]) => `${key}=${each}`), ''].join('\n'))

const java = ['-Xmx400m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', path.join(libraries, '*')]

/**
 * Formats as StorageTool does. It is another JVM, and what it writes is the same each time but for the ids, so the
 * records of the feature levels are kept beside the jars; with features that are not stable they are others.
 */
function format(): void {
  const stability = /^unstable.feature.versions.enable=true$/m.test(text) ? 'unstable' : 'stable'
  const kept = `${libraries}.${stability}.bootstrap.checkpoint`
  if (!existsSync(kept)) {
    const command = ['kafka.tools.StorageTool', 'format', '--cluster-id', clusterId, '--config', complete]
    spawnSync('java', [...java, ...command], { stdio: 'inherit' })
    copyFileSync(path.join(folders[0]!, 'bootstrap.checkpoint'), `${kept}.${process.pid}`)
    renameSync(`${kept}.${process.pid}`, kept)
    return
  }
  for (const folder of folders) {
    const directoryId = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url').replace(/^-/, '_')
    const properties = { version: 1, 'cluster.id': clusterId, 'node.id': id, 'directory.id': directoryId }
    const lines = Object.entries(properties).map(([key, each]) => `${key}=${each}\n`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'meta.properties'), lines.join(''))
    copyFileSync(kept, path.join(folder, 'bootstrap.checkpoint'))
  }
}

if (!existsSync(path.join(folders[0]!, 'meta.properties'))) format()
const { stdout } = spawnSync('which', ['java'], { encoding: 'utf8' })
// This process becomes the broker, so that signals reach it and its exit code is the broker's.
process.execve!(stdout.trim(), ['java', ...java, 'kafka.Kafka', complete], process.env)

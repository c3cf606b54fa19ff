import { readFile } from 'node:fs/promises'
import { Admin, KafkaError, partitionKey, type ElectionType, type Outcome, type TopicPartition } from '@milena/client'
import { ClientConfig } from '../config/client-config.ts'
import { loadProperties } from '../config/properties.ts'
import { javaException } from '../java-exceptions.ts'
import { javaHashOrder, topicPartitionHash } from '../java-hash-order.ts'
import { arrayOf, fieldOf, integerOf, objectOf, parseJson, stringOf } from '../json-values.ts'
import { ToolExit } from '../options/option-error.ts'
import { runTool } from '../run-tool.ts'
import { print, type ToolIo } from '../tool-io.ts'
import { checkElectionOptions, electionSpecs, electionType, type ElectionOptions } from './election-options.ts'

/** For all that the tool does, unless the properties say otherwise; one request may take half of it. */
const timeoutMs = 30_000

/** `kafka-leader-election`: lets partitions have another leader. */
export function leaderElectionCommand(argv: readonly string[], io: ToolIo): Promise<number> {
  const about =
    'This tool attempts to elect a new leader for a set of topic partitions. The type of elections supported are preferred replicas and unclean replicas.'
  return runTool({ specs: electionSpecs, about, whenEmpty: about, usageOnOptionError: false, main }, argv, io)
}

async function main(options: ElectionOptions, io: ToolIo): Promise<number> {
  checkElectionOptions(options)
  const type = electionType(options)
  const partitions = await wantedPartitions(options)
  if (options.has('admin.config')) {
    print(
      io.stdout,
      'Option --admin.config has been deprecated and will be removed in a future version. Use --command-config instead.',
    )
  }
  const file = options.value('admin.config') ?? options.value('command-config')
  const config = new ClientConfig(file === undefined ? new Map() : loadProperties(file))
  await using admin = new Admin({
    apiTimeoutMs: timeoutMs,
    requestTimeoutMs: timeoutMs / 2,
    ...config.clientOptions(io, options.value('bootstrap-server')!, 'adminclient-1'),
  })
  return await elect(admin, io, { type, partitions })
}

async function wantedPartitions(options: ElectionOptions): Promise<readonly TopicPartition[] | 'all'> {
  const file = options.value('path-to-json-file')
  if (file !== undefined) return parseElections(await textOf(file))
  const topic = options.value('topic')
  return topic === undefined ? 'all' : [{ topic, partition: options.number('partition')! }]
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    throw new ToolExit(1, `java.io.IOException: Unable to read file ${file}`)
  }
}

/** The partitions of the file. @throws ToolExit when it is no JSON, or not of this form */
export function parseElections(text: string): readonly TopicPartition[] {
  const json = parseJson(text, 'Replica election data is empty')
  const queries = inJackson(() => {
    const { partitions } = objectOf(json)
    if (partitions === undefined) return undefined
    return arrayOf(partitions).map((each) => {
      const entry = objectOf(each)
      return { topic: stringOf(fieldOf(entry, 'topic')), partition: integerOf(fieldOf(entry, 'partition')) }
    })
  })
  if (queries === undefined) throw new ToolExit(1, 'Replica election data is missing "partitions" field')
  const unique = new Map(queries.map((each) => [partitionKey(each), each]))
  if (unique.size < queries.length) {
    const names = queries.map(partitionKey)
    const twice = Array.from(unique.values()).filter((each) => {
      const name = partitionKey(each)
      return names.indexOf(name) !== names.lastIndexOf(name)
    })
    const shown = javaHashOrder(twice, topicPartitionHash).map(partitionKey).join(', ')
    throw new ToolExit(1, `Replica election data contains duplicate partitions: [${shown}]`)
  }
  return Array.from(unique.values())
}

/** Here Apache's tool gives the name of the exception with the message. */
function inJackson<T>(call: () => T): T {
  try {
    return call()
  } catch (error) {
    if (!(error instanceof ToolExit)) throw error
    throw new ToolExit(1, `com.fasterxml.jackson.databind.JsonMappingException: ${error.message}`)
  }
}

interface Election {
  readonly type: ElectionType
  readonly partitions: readonly TopicPartition[] | 'all'
}

async function elect(admin: Admin, io: ToolIo, { type, partitions }: Election): Promise<number> {
  let outcomes: ReadonlyMap<string, Outcome<void>>
  try {
    outcomes = await admin.electLeaders(type, partitions)
  } catch (error) {
    throw electionFailure(error, io)
  }
  const keys = javaHashOrder(outcomes.keys(), (key) => topicPartitionHash(partitionOf(key)))
  const done = keys.filter((key) => outcomes.get(key)!.ok)
  const errors = new Map(
    keys.flatMap((key) => {
      const outcome = outcomes.get(key)!
      return outcome.ok ? [] : [[key, outcome.error] as const]
    }),
  )
  const needless = keys.filter((key) => errors.get(key)?.name === 'ELECTION_NOT_NEEDED')
  const name = type.toUpperCase()
  if (done.length > 0) {
    print(io.stdout, `Successfully completed leader election (${name}) for partitions ${done.join(', ')}`)
  }
  if (needless.length > 0) print(io.stdout, `Valid replica already elected for partitions ${needless.join(', ')}`)
  const failed = keys.filter((key) => errors.has(key) && !needless.includes(key))
  for (const key of failed) {
    const message = javaException(errors.get(key)!)
    print(io.stdout, `Error completing leader election (${name}) for partition: ${key}: ${message}`)
  }
  if (failed.length > 0) throw new ToolExit(1, `${failed.length} replica(s) could not be elected`)
  return 0
}

function partitionOf(key: string): TopicPartition {
  const dash = key.lastIndexOf('-')
  return { topic: key.slice(0, dash), partition: Number(key.slice(dash + 1)) }
}

function electionFailure(error: unknown, io: ToolIo): unknown {
  if (!(error instanceof KafkaError)) return error
  const message = {
    TIMEOUT: 'Timeout waiting for election results',
    REQUEST_TIMED_OUT: 'Timeout waiting for election results',
    CLUSTER_AUTHORIZATION_FAILED: 'Not authorized to perform leader election',
  }[error.name]
  if (message !== undefined) print(io.stdout, message)
  return new ToolExit(1, message ?? `java.util.concurrent.ExecutionException: ${javaException(error)}`)
}

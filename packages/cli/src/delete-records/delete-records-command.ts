import { readFile } from 'node:fs/promises'
import { Admin, KafkaError, partitionKey, type TopicPartition } from '@milena/client'
import { ClientConfig } from '../config/client-config.ts'
import { loadProperties } from '../config/properties.ts'
import { javaException } from '../java-exceptions.ts'
import { javaHashOrder, topicPartitionHash } from '../java-hash-order.ts'
import { arrayOf, fieldOf, integerOf, objectOf, parseJson, stringOf } from '../json-values.ts'
import { longText } from '../message-json.ts'
import { commonOptions, requireOptions } from '../options/checks.ts'
import { ToolExit } from '../options/option-error.ts'
import type { OptionSpecs, ParsedOptions } from '../options/option-parser.ts'
import { runTool } from '../run-tool.ts'
import { print, type ToolIo } from '../tool-io.ts'

const deleteRecordsSpecs = {
  ...commonOptions,
  'bootstrap-server': {
    about: 'REQUIRED: Where the cluster is, as host:port,…',
    type: 'String',
    argument: 'server(s) to use for bootstrapping',
  },
  'offset-json-file': {
    about:
      'REQUIRED: A file of JSON that says up to where each partition is emptied, for instance:\n' +
      '{"partitions":\n  [{"topic": "foo", "partition": 1, "offset": 1}],\n "version":1\n}',
    type: 'String',
    argument: 'Offset json file path',
  },
  'command-config': {
    about: 'A file of client properties.',
    type: 'String',
    argument: 'command config property file path',
  },
} as const satisfies OptionSpecs

/** `kafka-delete-records`: deletes the records of partitions up to an offset. */
export function deleteRecordsCommand(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(
    {
      specs: deleteRecordsSpecs,
      about: 'This tool helps to delete records of the given partitions down to the specified offset.',
      usageOnOptionError: false,
      main,
    },
    argv,
    io,
  )
}

async function main(options: ParsedOptions<typeof deleteRecordsSpecs>, io: ToolIo): Promise<number> {
  requireOptions(options, 'bootstrap-server', 'offset-json-file')
  const file = options.value('command-config')
  const config = new ClientConfig(file === undefined ? new Map() : loadProperties(file))
  const queries = parseOffsets(await textOf(options.value('offset-json-file')!))
  await using admin = new Admin(config.clientOptions(io, options.value('bootstrap-server')!, 'adminclient-1'))
  print(io.stdout, 'Executing records delete operation')
  try {
    const outcomes = await admin.deleteRecords(queries)
    print(io.stdout, 'Records delete operation completed:')
    for (const query of javaHashOrder(queries, topicPartitionHash)) {
      const name = partitionKey(query)
      const outcome = outcomes.get(name)!
      const result = outcome.ok
        ? `low_watermark: ${longText(outcome.value.lowWatermark)}`
        : `error: ${javaException(outcome.error)}`
      print(io.stdout, `partition: ${name}\t${result}`)
    }
    return 0
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    throw new ToolExit(1, javaException(error))
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    throw new ToolExit(1, `Unable to read file ${file}`)
  }
}

interface OffsetToDelete extends TopicPartition {
  readonly beforeOffset: number
}

/** The partitions of the file. @throws ToolExit when it is no JSON, or not of this form */
export function parseOffsets(text: string): readonly OffsetToDelete[] {
  const json = objectOf(parseJson(text))
  const version = json['version'] === undefined ? 1 : integerOf(json['version'])
  if (version !== 1) throw new ToolExit(1, `Not supported version field value ${version}`)
  const { partitions } = json
  if (partitions === undefined) throw new ToolExit(1, 'Missing partitions field')
  const queries = arrayOf(partitions).map((each) => {
    const entry = objectOf(each)
    const topic = stringOf(fieldOf(entry, 'topic'))
    const partition = integerOf(fieldOf(entry, 'partition'))
    return { topic, partition, beforeOffset: integerOf(fieldOf(entry, 'offset'), 'Long') }
  })
  const names = queries.map(partitionKey)
  const duplicates = queries.filter((query, index) => names.indexOf(partitionKey(query)) < index)
  if (duplicates.length > 0) {
    const shown = javaHashOrder(
      new Map(duplicates.map((each) => [partitionKey(each), each])).values(),
      topicPartitionHash,
    )
    throw new ToolExit(1, `Offset json file contains duplicate topic partitions: ${shown.map(partitionKey).join(',')}`)
  }
  return queries
}

import { ProtocolError } from '@milena/protocol'
import { RecordsError } from '@milena/records'
import { nodeFileSystem } from '@milena/runtime'
import { CorruptFileError } from '@milena/storage'
import { requireOptions } from '../options/checks.ts'
import { OptionError, ToolExit } from '../options/option-error.ts'
import { runTool } from '../run-tool.ts'
import type { ToolIo } from '../tool-io.ts'
import { dumpBatches, type DumpBatchesOptions } from './dump-batches.ts'
import type { DumpContext } from './dump-context.ts'
import { dumpOffsetIndex, type DumpIndexOptions } from './dump-offset-index.ts'
import { dumpLogSpecs, type DumpLogOptions } from './dump-options.ts'
import { dumpProducerSnapshot, dumpTransactionIndex } from './dump-producers.ts'
import { dumpTimeIndex } from './dump-time-index.ts'
import { dumpedFile, suffixOf } from './file-names.ts'
import { Findings } from './findings.ts'
import { UncaughtException } from './java-exception.ts'
import type { RecordParser } from './record-parser.ts'
import { TextWriter } from './text-writer.ts'

/** `kafka-dump-log`: shows what the files of a log hold, and where they are damaged. */
export function dumpLog(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(
    {
      specs: dumpLogSpecs,
      about:
        'This tool helps to parse a log file and dump its contents to the console, useful for debugging a seemingly corrupt log segment.',
      usageOnOptionError: false,
      main,
    },
    argv,
    io,
  )
}

async function main(options: DumpLogOptions, io: ToolIo): Promise<number> {
  requireOptions(options, 'files')
  const [out, err] = [new TextWriter(io.stdout), new TextWriter(io.stderr)]
  const context: DumpContext = { fs: nodeFileSystem, out, err, findings: new Findings() }
  try {
    await dumpFiles(context, options)
    context.findings.print(err)
    return 0
  } catch (error) {
    throw asExit(error)
  } finally {
    await out.flush()
    await err.flush()
  }
}

async function dumpFiles(context: DumpContext, options: DumpLogOptions): Promise<void> {
  const batches = await batchesOptions(options)
  const index: DumpIndexOptions = {
    sanityOnly: options.has('index-sanity-check'),
    verifyOnly: options.has('verify-index-only'),
    maxMessageSize: options.number('max-message-size')!,
  }
  for (const argument of options.value('files')!.split(',')) {
    const file = dumpedFile(argument)
    context.out.line(`Dumping ${file.shown}`)
    const suffix = suffixOf(file)
    if (suffix === '.log' || suffix === '.checkpoint') await dumpBatches(context, file, batches)
    else if (suffix === '.index') await dumpOffsetIndex(context, file, index)
    else if (suffix === '.timeindex') await dumpTimeIndex(context, file, index)
    else if (suffix === '.snapshot') await dumpProducerSnapshot(context, file)
    else if (suffix === '.txnindex') await dumpTransactionIndex(context, file)
    else context.err.line(`Ignoring unknown file ${file.shown}`)
  }
}

async function batchesOptions(options: DumpLogOptions): Promise<DumpBatchesOptions> {
  const decoders = [
    'offsets-decoder',
    'transaction-log-decoder',
    'cluster-metadata-decoder',
    'remote-log-metadata-decoder',
    'value-decoder-class',
    'key-decoder-class',
    'share-group-state-decoder',
  ] as const
  const printContents = options.has('print-data-log') || decoders.some((name) => options.has(name))
  return {
    printContents,
    isDeepIteration: options.has('deep-iteration') || printContents,
    skipRecordMetadata: options.has('skip-record-metadata'),
    maxBytes: options.number('max-bytes')!,
    parse: await parserOf(options),
  }
}

/** The schemas of the internal topics are many, and loaded only when they are asked for. */
async function parserOf(options: DumpLogOptions): Promise<RecordParser> {
  if (options.has('offsets-decoder')) return (await import('./internal-records.ts')).groupParser()
  if (options.has('transaction-log-decoder')) return (await import('./internal-records.ts')).transactionParser()
  if (options.has('cluster-metadata-decoder')) return (await import('./internal-records.ts')).metadataParser()
  if (options.has('remote-log-metadata-decoder')) {
    throw new ToolExit(1, '--remote-log-metadata-decoder is not supported: there is no tiered storage here.')
  }
  if (options.has('share-group-state-decoder')) return (await import('./internal-records.ts')).shareParser()
  const { decoderParser } = await import('./record-parser.ts')
  return decoderParser(options.value('key-decoder-class')!, options.value('value-decoder-class')!)
}

/** What nobody foresaw in a file that is damaged ends the tool, as an exception that nobody caught does in Java. */
function asExit(error: unknown): unknown {
  if (error instanceof ToolExit || error instanceof OptionError) return error
  if (error instanceof RecordsError || error instanceof ProtocolError || error instanceof CorruptFileError) {
    return new UncaughtException('org.apache.kafka.common.KafkaException', error.message)
  }
  return error
}

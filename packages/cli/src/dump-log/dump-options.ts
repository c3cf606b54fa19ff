import { commonOptions } from '../options/checks.ts'
import type { OptionSpecs, ParsedOptions } from '../options/option-parser.ts'

export const dumpLogSpecs = {
  ...commonOptions,
  'print-data-log': { about: 'Print the records of data logs. Any decoder switches it on.' },
  'verify-index-only': { about: 'Verify the indexes without printing what is in them.' },
  'index-sanity-check': {
    about: 'Only make the check of an index that a broker makes at its start to see whether to build it anew.',
  },
  files: {
    about: 'REQUIRED: The files to dump: .log, .index, .timeindex, .txnindex, .snapshot, .checkpoint.',
    type: 'String',
    argument: 'file1, file2, ...',
  },
  'max-message-size': {
    about: 'The size of the largest batch.',
    type: 'Integer',
    argument: 'size',
    default: '5242880',
  },
  'max-bytes': {
    about: 'How many bytes of batches to read of each file.',
    type: 'Integer',
    argument: 'size',
    default: '2147483647',
  },
  'deep-iteration': { about: 'Look at the records in the batches. --print-data-log switches it on.' },
  'value-decoder-class': {
    about: 'With which class to decode values. Classes that Kafka does not bring along need Java.',
    type: 'String',
    optionalArgument: true,
    default: 'org.apache.kafka.tools.api.StringDecoder',
  },
  'key-decoder-class': {
    about: 'With which class to decode keys. Classes that Kafka does not bring along need Java.',
    type: 'String',
    optionalArgument: true,
    default: 'org.apache.kafka.tools.api.StringDecoder',
  },
  'offsets-decoder': { about: 'The records are those of __consumer_offsets.' },
  'transaction-log-decoder': { about: 'The records are those of __transaction_state.' },
  'cluster-metadata-decoder': { about: 'The records are those of __cluster_metadata.' },
  'remote-log-metadata-decoder': { about: 'The records are those of __remote_log_metadata. Not supported.' },
  'share-group-state-decoder': { about: 'The records are those of __share_group_state.' },
  'skip-record-metadata': { about: 'Print only what is in the records, and no control records.' },
} as const satisfies OptionSpecs

export type DumpLogOptions = ParsedOptions<typeof dumpLogSpecs>

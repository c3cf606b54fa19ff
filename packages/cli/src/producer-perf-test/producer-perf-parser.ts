import type { ArgumentSpec, ParserSpec } from '../options/argument-spec.ts'

const properties = (about: string): ArgumentSpec => ({
  about,
  type: 'String',
  takes: 'many',
  metavar: 'PROP-NAME=PROP-VALUE',
})

export const producerPerfParser: ParserSpec = {
  prog: 'kafka-producer-perf-test',
  about: 'Writes records to a topic, and says how many a second that were and how long they took.',
  exclusive: [{ names: ['record-size', 'payload-file', 'payload-monotonic'], required: true }],
  arguments: {
    'bootstrap-server': {
      about: 'Where the cluster is, as host:port,…; goes before bootstrap.servers in properties.',
      type: 'String',
      metavar: 'BOOTSTRAP-SERVER',
    },
    topic: { about: 'The topic to write to.', type: 'String', metavar: 'TOPIC', required: true },
    'num-records': { about: 'How many records to write.', type: 'Long', metavar: 'NUM-RECORDS', required: true },
    'record-size': { about: 'Bytes of a value, which are random letters.', type: 'Integer', metavar: 'RECORD-SIZE' },
    'payload-file': {
      about: 'A file of UTF-8 with values, of which each record gets one at random.',
      type: 'String',
      metavar: 'PAYLOAD-FILE',
    },
    'payload-monotonic': { about: 'Values are numbers from 0.' },
    'payload-delimiter': {
      about: 'What stands between the values of --payload-file, as a regular expression.',
      type: 'String',
      metavar: 'PAYLOAD-DELIMITER',
      default: '\\n',
    },
    throughput: {
      about: 'How many records a second to write, about; -1 for as many as possible.',
      type: 'Double',
      metavar: 'THROUGHPUT',
      required: true,
    },
    'producer-props': properties('(DEPRECATED) Use --command-property.'),
    'command-property': properties('Properties of the producer, before those of --command-config.'),
    'producer.config': { about: '(DEPRECATED) Use --command-config.', type: 'String', metavar: 'CONFIG-FILE' },
    'command-config': { about: 'A file of producer properties.', type: 'String', metavar: 'CONFIG-FILE' },
    'print-metrics': { about: 'Without effect: this client keeps no metrics.' },
    'transactional-id': { about: 'Not supported yet.', type: 'String', metavar: 'TRANSACTIONAL-ID' },
    'transaction-duration-ms': { about: 'Not supported yet.', type: 'Long', metavar: 'TRANSACTION-DURATION' },
    'warmup-records': {
      about: 'So many records do not count in a further summary of the others.',
      type: 'Long',
      metavar: 'WARMUP-RECORDS',
      default: 0,
    },
    'reporting-interval': {
      about: 'How many milliseconds lie between reports.',
      type: 'Long',
      metavar: 'INTERVAL-MS',
      default: 5000,
    },
  },
}

import type { ArgumentSpecs, ParserSpec } from '../options/argument-spec.ts'

const topicPartition: ArgumentSpecs = {
  topic: { about: 'The topic.', type: 'String', required: true },
  partition: { about: 'The number of the partition.', type: 'Integer', required: true },
}

export const transactionsParser: ParserSpec = {
  prog: 'kafka-transactions.sh',
  about:
    'Shows the transactions of a cluster and the producers behind them, and finds and ends transactions that hang.',
  commandMetavar: 'COMMAND',
  arguments: {
    version: { about: 'Show which version of Apache Kafka the tool behaves like.', flags: ['-v', '--version'] },
    'command-config': { about: 'A file of client properties.', type: 'String', metavar: 'FILE' },
    'bootstrap-server': {
      about: 'Where the cluster is, as host:port,…',
      type: 'String',
      metavar: 'host:port',
      required: true,
    },
  },
  commands: {
    list: {
      about: 'List transactions.',
      arguments: {
        'duration-filter': {
          about: 'Only those that have run for longer, in milliseconds; all when it is negative.',
          type: 'Long',
        },
        'transactional-id-pattern': {
          about: 'Only those whose transactional id the regular expression matches.',
          type: 'String',
        },
      },
    },
    describe: {
      about: 'Show what a transactional id is doing.',
      arguments: { 'transactional-id': { about: 'The transactional id.', type: 'String', required: true } },
    },
    'describe-producers': {
      about: 'Show the producers that have written to a partition.',
      arguments: {
        'broker-id': { about: 'The replica to ask; without it, the leader.', type: 'Integer' },
        ...topicPartition,
      },
    },
    abort: {
      about: 'End a transaction that hangs in a partition.',
      arguments: {
        ...topicPartition,
        'start-offset': { about: 'Where it begins; enough for brokers since 3.0.', type: 'Long' },
        'producer-id': { about: 'For brokers before 3.0, together with both epochs.', type: 'Long' },
        'producer-epoch': { about: 'For brokers before 3.0.', type: 'Short' },
        'coordinator-epoch': { about: 'For brokers before 3.0.', type: 'Integer' },
      },
    },
    'find-hanging': {
      about: 'Find transactions that are open in a partition and that their coordinator does not know.',
      arguments: {
        'broker-id': { about: 'Only on this broker.', type: 'Integer' },
        'max-transaction-timeout': {
          about: 'How many minutes a transaction may last.',
          type: 'Integer',
          default: 15,
        },
        topic: { about: 'Only in this topic.', type: 'String' },
        partition: { about: 'Only in this partition of the topic.', type: 'Integer' },
      },
    },
    forceTerminateTransaction: {
      about: 'Fence the producer of a transactional id and abort what it has open.',
      arguments: { transactionalId: { about: 'The transactional id.', type: 'String', required: true } },
    },
  },
}

import type { ArgumentSpec, ArgumentSpecs, ParserSpec } from '../options/argument-spec.ts'

const dryRun: ArgumentSpec = { about: 'Check whether it could be done, and change nothing.' }
const unsafe: ArgumentSpec = { about: 'Also where metadata may be lost by it.' }

const levels = (verb: string): ArgumentSpecs => ({
  metadata: { about: `The metadata version to ${verb} to; --release-version does more.`, type: 'String' },
  'release-version': {
    about: `The release whose levels all features shall have, such as 4.3; version-mapping shows them.`,
    type: 'String',
  },
  feature: {
    about: `A feature to ${verb}, as feature=level. May be repeated.`,
    type: 'String',
    takes: 'append',
  },
})

export const featuresParser: ParserSpec = {
  prog: 'kafka-features',
  about: 'Shows which features a cluster has agreed on, and changes them.',
  exclusive: [{ names: ['bootstrap-server', 'bootstrap-controller'] }],
  arguments: {
    'bootstrap-server': { about: 'Where the brokers are, as host:port,…', type: 'String' },
    'bootstrap-controller': { about: 'Where the controllers are, as host:port,…', type: 'String' },
    'command-config': { about: 'A file of client properties.', type: 'String' },
  },
  commands: {
    describe: {
      about: 'Show the features and their levels.',
      arguments: { 'node-id': { about: 'The node to ask; without it, any.', type: 'Integer' } },
    },
    upgrade: { about: 'Raise levels.', arguments: { ...levels('upgrade'), 'dry-run': dryRun } },
    downgrade: { about: 'Lower levels.', arguments: { ...levels('downgrade'), unsafe, 'dry-run': dryRun } },
    disable: {
      about: 'Lower levels to 0.',
      arguments: {
        feature: { about: 'The feature. May be repeated.', type: 'String', takes: 'append' },
        unsafe,
        'dry-run': dryRun,
      },
    },
    'version-mapping': {
      about: 'Show the levels that a new cluster of a release has; needs no cluster.',
      arguments: { 'release-version': { about: 'The release; without it, the latest.', type: 'String' } },
    },
    'feature-dependencies': {
      about: 'Show what levels of features need of others; needs no cluster.',
      arguments: {
        feature: {
          about: 'The feature, as feature=level. May be repeated.',
          type: 'String',
          takes: 'append',
          required: true,
        },
      },
    },
  },
}

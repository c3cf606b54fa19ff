import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ArgumentError, ArgumentStop, parseArguments } from './argument-parser.ts'
import { toolParser, type ParserSpec } from './argument-spec.ts'
import { formatArgumentHelp, formatArgumentUsage, suggestions } from './argument-usage.ts'

const spec: ParserSpec = {
  prog: 'kafka-things',
  about: 'Does things.',
  exclusive: [{ names: ['bootstrap-server', 'bootstrap-controller'], required: true }],
  arguments: {
    version: { about: 'The version.', flags: ['-v', '--version'] },
    'bootstrap-server': { about: 'A broker.', type: 'String' },
    'bootstrap-controller': { about: 'A controller.', type: 'String' },
  },
  commands: {
    describe: {
      about: 'Describe.',
      arguments: {
        id: { about: 'A number.', flags: ['--id', '-i'], type: 'Integer', required: true },
        feature: { about: 'Features.', type: 'String', takes: 'append' },
        words: { about: 'Words.', type: 'String', takes: 'many' },
        'dry-run': { about: 'Nothing is done.', flags: ['--dry-run', '-n'] },
        limit: { about: 'A limit.', type: 'Long', default: 7 },
        epoch: { about: 'An epoch.', type: 'Short' },
      },
    },
    disable: { about: 'Disable.', arguments: { id: { about: 'A number.', type: 'Integer' } } },
  },
}

const server = ['--bootstrap-server', 's']
const parse = (...argv: readonly string[]) => parseArguments(spec, [...server, ...argv])

function failureOf(...argv: readonly string[]): ArgumentError {
  try {
    parseArguments(spec, argv)
  } catch (error) {
    assert.ok(error instanceof ArgumentError, String(error))
    return error
  }
  assert.fail(`${argv.join(' ')} was understood`)
}

describe('as argparse4j reads command lines', () => {
  test('arguments of the tool, the command, and arguments of the command', () => {
    const parsed = parse('describe', '--id', '-5', '--feature', 'a=1', '--feature=b=2', '--words', 'x', 'y', '-n')
    assert.equal(parsed.command, 'describe')
    assert.equal(parsed.text('bootstrap-server'), 's')
    assert.equal(parsed.number('id'), -5)
    assert.deepEqual(parsed.values('feature'), ['a=1', 'b=2'])
    assert.deepEqual(parsed.values('words'), ['x', 'y'])
    assert.equal(parsed.has('dry-run'), true)
    assert.equal(parsed.number('limit'), 7)
    assert.equal(parsed.text('epoch'), undefined)
  })

  test('flags and commands may be abbreviated, short flags joined', () => {
    assert.equal(parse('des', '--i', '1').number('id'), 1)
    const joined = parse('describe', '-ni4')
    assert.equal(joined.has('dry-run'), true)
    assert.equal(joined.number('id'), 4)
    assert.equal(
      failureOf('--bootstrap', 'x').message,
      'ambiguous option: --bootstrap could match --bootstrap-controller, --bootstrap-server',
    )
    assert.equal(failureOf('d').message, 'ambiguous command: d could match describe, disable')
  })

  test('what is wrong', () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [[], 'too few arguments'],
      [server, 'too few arguments'],
      [['describe', '--id', '1'], 'one of the arguments --bootstrap-server --bootstrap-controller is required'],
      [[...server, 'describe'], 'argument --id/-i is required'],
      [
        [...server, '--bootstrap-controller', 'c'],
        'argument --bootstrap-controller: not allowed with argument --bootstrap-server',
      ],
      [[...server, 'describe', '--id'], 'argument --id/-i: expected one argument'],
      [[...server, 'describe', '--id', '--limit', '1'], 'argument --id/-i: expected one argument'],
      [
        [...server, 'describe', '--id', 'x'],
        `argument --id/-i: could not convert 'x' to Integer (For input string: "x")`,
      ],
      [
        [...server, 'describe', '--id', '2147483648'],
        `argument --id/-i: could not convert '2147483648' to Integer (For input string: "2147483648")`,
      ],
      [
        [...server, 'describe', '--epoch', '40000'],
        `argument --epoch: could not convert '40000' to Short (Value out of range. Value:"40000" Radix:10)`,
      ],
      [[...server, 'describe', '--words', '-n'], 'argument --words: expected 1 argument(s)'],
      [[...server, 'describe', '--dry-run=1'], `argument --dry-run/-n: ignore implicit argument '1'`],
      [[...server, 'describe', '--bogus'], "unrecognized arguments: '--bogus'"],
      [[...server, 'describe', '--id', '1', 'a', 'b'], "unrecognized arguments: 'a b'"],
      [[...server, 'remove'], "invalid choice: 'remove' (choose from 'describe', 'disable')"],
    ]
    for (const [argv, message] of cases) assert.equal(failureOf(...argv).message, message)
  })

  test('help and version end the reading', () => {
    const stop = (reason: string) => (error: unknown) => error instanceof ArgumentStop && error.reason === reason
    assert.throws(() => parse('-v', '--bogus'), stop('version'))
    assert.throws(() => parse('describe', '-h', '--bogus'), stop('help'))
  })
})

test('the usage of a tool and of its command', () => {
  assert.equal(
    formatArgumentUsage(toolParser(spec)),
    [
      'usage: kafka-things [-h] [-v] (--bootstrap-server BOOTSTRAP_SERVER |',
      '                    --bootstrap-controller BOOTSTRAP_CONTROLLER)',
      '                    {describe,disable} ...',
      '',
    ].join('\n'),
  )
  assert.equal(
    formatArgumentUsage(failureOf(...server, 'describe', '--bogus').parser),
    [
      'usage: kafka-things (--bootstrap-server BOOTSTRAP_SERVER |',
      '                    --bootstrap-controller BOOTSTRAP_CONTROLLER) describe',
      '                    [-h] --id ID [--feature FEATURE]',
      '                    [--words WORDS [WORDS ...]] [--dry-run] [--limit LIMIT]',
      '                    [--epoch EPOCH]',
      '',
    ].join('\n'),
  )
  assert.match(formatArgumentHelp(toolParser(spec)), /\n {2}--bootstrap-server BOOTSTRAP_SERVER\n {25}A broker\.\n/)
})

test('what may have been meant', () => {
  const parser = toolParser(spec)
  assert.deepEqual(suggestions(parser, 'describ'), ['describe'])
  assert.deepEqual(suggestions(parser, 'disabel'), ['disable'])
  assert.deepEqual(suggestions(parser, '--bootstrap-srever'), ['--bootstrap-server'])
  assert.deepEqual(suggestions(parser, 'reorganise-everything'), [])
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseOptions, type OptionSpecs } from './option-parser.ts'
import { formatUsage, wrap } from './usage.ts'

const specs = {
  list: { about: 'List.' },
  topic: { about: 'The topic.', type: 'String', argument: 'topic' },
  count: { about: 'How many.', type: 'Integer', default: '3' },
  offset: { about: 'Where.', type: 'Long' },
  state: { about: 'States.', type: 'String', optionalArgument: true, availableIf: ['list'] },
  'consumer.config': { about: 'A file.', type: 'String' },
} as const satisfies OptionSpecs

const parse = (...argv: readonly string[]) => parseOptions(specs, argv)

describe('as joptsimple reads command lines', () => {
  test('arguments follow or are attached; one dash does as well as two', () => {
    for (const argv of [['--topic', 'a'], ['--topic=a'], ['-topic', 'a'], ['-topic=a']]) {
      assert.equal(parse(...argv).value('topic'), 'a')
    }
    assert.equal(parse('--topic=a=b').value('topic'), 'a=b')
    assert.equal(parse('--topic=', 'a').value('topic'), 'a')
    assert.equal(parse('--consumer.config', 'f').value('consumer.config'), 'f')
  })

  test('an argument that is required is taken, whatever it looks like', () => {
    assert.equal(parse('--topic', '--list').value('topic'), '--list')
    assert.throws(() => parse('--topic'), { message: 'Option topic requires an argument' })
  })

  test('an argument that is optional is no option', () => {
    const options = parse('--list', '--state', '--topic', 'a')
    assert.equal(options.has('state'), true)
    assert.equal(options.value('state'), undefined)
    assert.equal(parse('--list', '--state', 'stable').value('state'), 'stable')
  })

  test('options may be repeated, but not everybody wants that', () => {
    const options = parse('--topic', 'a', '--topic=b')
    assert.deepEqual(options.values('topic'), ['a', 'b'])
    assert.throws(() => options.value('topic'), {
      message: 'Found multiple arguments for option topic, but you asked for only one',
    })
  })

  test('names are not abbreviated; unknown ones are refused; other words are passed over', () => {
    assert.throws(() => parse('--li'), { message: 'li is not a recognized option' })
    assert.throws(() => parse('-x'), { message: 'x is not a recognized option' })
    assert.throws(() => parse('-bogus'), { message: 'b is not a recognized option' })
    assert.throws(() => parse('--toString'), { message: 'toString is not a recognized option' })
    assert.equal(parse('list', '-', '--', '--list').has('list'), false)
  })

  test('numbers are read when they are asked for', () => {
    assert.equal(parse().number('count'), 3)
    assert.equal(parse('--count', '-7').number('count'), -7)
    assert.equal(parse('--offset', '9223372036854775807').number('offset'), 2 ** 63)
    for (const text of ['x', '1.5', '2147483648', '']) {
      const options = parse('--count', text)
      assert.throws(() => options.number('count'), { message: `Cannot parse argument '${text}' of option count` })
    }
  })

  test('options that are required are missed, except by who asks for help', () => {
    const needy = {
      ...specs,
      help: { about: 'Help.' },
      server: { about: 'Where.', type: 'String', required: true },
    } as const
    assert.throws(() => parseOptions(needy, ['--list']), { message: 'Missing required option(s) [server]' })
    assert.equal(parseOptions(needy, ['--server', 's']).value('server'), 's')
    assert.equal(parseOptions(needy, ['--help']).has('help'), true)
  })

  test('some options need another one', () => {
    assert.throws(() => parse('--state'), {
      message: 'Option(s) [state] are unavailable given other options on the command line',
    })
  })
})

describe('usage', () => {
  test('two columns by name, arguments in angle or square brackets, lines of 80', () => {
    const lines = formatUsage({
      ...specs,
      'bootstrap-server': {
        about: 'REQUIRED: Where the cluster is, which may be said in more than one way.',
        type: 'String',
        argument: 'server to connect to',
      },
    }).split('\n')
    assert.deepEqual(lines.slice(0, 6), [
      'Option                                 Description                              ',
      '------                                 -----------                              ',
      '--bootstrap-server <String: server to  REQUIRED: Where the cluster is, which may',
      '  connect to>                            be said in more than one way.          ',
      '--consumer.config <String>             A file.                                  ',
      '--count <Integer>                      How many. (default: 3)                   ',
    ])
    assert.ok(lines.includes('--state [String]                       States.                                  '))
    assert.ok(lines.every((line) => line.length === 80 || line === ''))
  })

  test('what is required has a star', () => {
    const usage = formatUsage({ server: { about: 'Where.', type: 'String', required: true }, list: { about: 'List.' } })
    assert.match(
      usage,
      /^Option \(\* = required\) {2}Description +\n-{21} {2}-{11} +\n--list +List\. +\n\* --server <String> /,
    )
  })

  test('a word that is too long stands alone', () => {
    assert.deepEqual(wrap('a bbbbbbbbbb c', 5), ['a', '  bbbbbbbbbb', '  c'])
  })
})

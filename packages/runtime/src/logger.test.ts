import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { consoleLogger } from './console-logger.ts'
import { captureLogger, createLogger, silentLogger } from './logger.ts'
import { ManualClock } from './manual-clock.ts'

describe('a logger', () => {
  test('passes what is of its level or above, under the name of the component', () => {
    const seen: string[] = []
    const logger = createLogger({
      level: 'warn',
      sink: ({ level, component, message }) => seen.push(`${level} ${component} ${message}`),
    })
    logger.debug('a')
    logger.info('b')
    logger.warn('c')
    logger.child('Log').error('d')
    assert.deepEqual(seen, ['warn Milena c', 'error Log d'])
    assert.equal(logger.isEnabled('info'), false)
    assert.equal(logger.child('Log').isEnabled('warn'), true)
  })

  test('passes one limited line per key and interval, and counts the others', () => {
    const clock = new ManualClock()
    const { logger, entries } = captureLogger({ clock })
    const warn = (key: string): void => logger.limited(key, 1000).warn(key)
    warn('disk')
    warn('disk')
    warn('net')
    logger.child('Other').limited('disk').warn('other disk')
    clock.advance(999)
    warn('disk')
    clock.advance(1)
    warn('disk')
    warn('disk')
    assert.deepEqual(
      entries.map(({ message, fields }) => [message, fields['suppressed']]),
      [
        ['disk', undefined],
        ['net', undefined],
        ['other disk', undefined],
        ['disk', 2],
      ],
    )
  })

  test('remembers a bounded number of limited keys', () => {
    const { logger, entries } = captureLogger({ clock: new ManualClock() })
    for (let key = 0; key < 1001; key++) logger.limited(String(key)).info('x')
    logger.limited('1000').info('x')
    logger.limited('0').info('x')
    assert.equal(entries.length, 1002)
  })

  test('may say nothing', () => {
    silentLogger.child('x').limited('y').error('z')
    assert.equal(silentLogger.isEnabled('error'), false)
  })
})

describe('consoleLogger', () => {
  const clock = new ManualClock(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())
  const lines: string[] = []
  const logger = consoleLogger({ clock, component: 'Broker', write: (text) => lines.push(text) })

  test('writes lines in the style of Kafka, with the fields behind', () => {
    logger.info('started', { port: 9092, host: '127.0.0.1', absent: undefined, none: null, big: 5n, on: true })
    assert.deepEqual(lines.splice(0), [
      '[2026-01-02 03:04:05,006] INFO [Broker] started port=9092 host=127.0.0.1 none=null big=5 on=true\n',
    ])
  })

  test('lets nobody forge a line', () => {
    logger.warn('refused', { clientId: 'x\n[2026] ERROR [Broker] fire', topics: ['a\nb'] })
    assert.equal(lines.length, 1)
    assert.equal(lines.splice(0)[0]!.split('\n').length, 2)
  })

  test('shows the stack of an error and its causes', () => {
    logger.error('failed', { error: new Error('outer', { cause: new Error('inner') }), path: '/x' })
    const [line] = lines.splice(0)
    assert.match(line!, /^\[.*\] ERROR \[Broker\] failed path=\/x\nError: outer\n {4}at [^]*Error: inner\n/)
  })
})

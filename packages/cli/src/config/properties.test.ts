import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDateTime, parseDuration } from './durations.ts'
import { parseKeyValues } from './properties.ts'

test('key=value arguments', () => {
  assert.deepEqual(Object.fromEntries(parseKeyValues(['a=1', 'b=x=y', 'c', 'd=', '=e', ''])), {
    a: '1',
    b: 'x=y',
    c: '',
    d: '',
  })
})

test('durations as Java writes them', () => {
  const cases = {
    PT1S: 1_000,
    'PT0.5S': 500,
    P1DT2H3M4S: 93_784_000,
    'PT-5M': -300_000,
    '-P1D': -86_400_000,
    pt10h: 36_000_000,
  }
  for (const [text, ms] of Object.entries(cases)) assert.equal(parseDuration(text), ms, text)
  for (const text of ['', 'P', 'PT', '1D', 'P1H', 'P1M', 'P1DT', 'PT1X']) {
    assert.throws(() => parseDuration(text), { message: 'Text cannot be parsed to a Duration' }, text)
  }
})

test('times are in UTC unless they say otherwise', () => {
  const noon = Date.UTC(2026, 10, 22, 12, 0, 0, 120)
  for (const text of [
    '2026-11-22T12:00:00.120',
    '2026-11-22T12:00:00.12Z',
    '2026-11-22T14:00:00.120+02:00',
    '2026-11-22T07:30:00.120-0430',
  ]) {
    assert.equal(parseDateTime(text), noon, text)
  }
  for (const text of ['2026-11-22', '2026-11-22 12:00:00', 'now', '']) {
    assert.throws(() => parseDateTime(text), { message: `Unparseable date: "${text}"` })
  }
})

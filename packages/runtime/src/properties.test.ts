import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { parseProperties, PropertiesError } from './properties.ts'

const parse = (text: string): Record<string, string> => Object.fromEntries(parseProperties(text))

describe('parseProperties', () => {
  test('keys end at the first =, : or space', () => {
    assert.deepEqual(parse('a=1\nb:2\nc 3\nd = 4\ne :5\nf\t6\ng\n'), {
      a: '1',
      b: '2',
      c: '3',
      d: '4',
      e: '5',
      f: '6',
      g: '',
    })
  })

  test('only the first separator counts', () => {
    assert.deepEqual(parse('listeners=PLAINTEXT://:9092,A=b\nx==1\ny= =1'), {
      listeners: 'PLAINTEXT://:9092,A=b',
      x: '=1',
      y: '=1',
    })
  })

  test('comments, blank lines and leading spaces are skipped', () => {
    assert.deepEqual(parse('# one\n! two\n\n   \t\n  # three\r\n  a=1 # not a comment\r\n'), { a: '1 # not a comment' })
  })

  test('a line goes on after an odd number of backslashes', () => {
    assert.deepEqual(parse('a=1,\\\n    2,\\\r\n  3\nb=x\\\\\nc=y\n'), { a: '1,2,3', b: 'x\\', c: 'y' })
    assert.deepEqual(parse('a=1\\'), { a: '1' })
    assert.deepEqual(parse('a=1\\\n# still the value\nb=2'), { a: '1# still the value', b: '2' })
  })

  test('escapes', () => {
    assert.deepEqual(parse('a\\=b\\:c\\ d=\\t\\n\\r\\f\\\\\\q\\u0041\\u00e9'), { 'a=b:c d': '\t\n\r\f\\qAé' })
  })

  test('the last of equal keys wins, trailing spaces stay', () => {
    assert.deepEqual(parse('a=1\na=2  '), { a: '2  ' })
  })

  test('a broken unicode escape names its line', () => {
    assert.throws(
      () => parse('a=1\n\nb=\\u00g1'),
      new PropertiesError('line 3: \\u must be followed by four hexadecimal digits'),
    )
  })

  test('what is escaped reads back', () => {
    const escape = (text: string): string =>
      text.replace(/[^a-z]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string()), (properties) => {
        const lines = Object.entries(properties).map(([key, value]) => `${escape(key)}=${escape(value)}`)
        assert.deepEqual(parseProperties(lines.join('\n')), new Map(Object.entries(properties)))
      }),
    )
  })
})

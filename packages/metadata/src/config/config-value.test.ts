import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type ConfigType, formatConfigValue, INT_MAX, LONG_MAX, parseConfigValue } from './config-value.ts'

const parsed = (type: ConfigType, text: string) => {
  const result = parseConfigValue(type, text)
  return result.ok ? [result.value, result.text] : result.reason
}

describe('values of configs', () => {
  test('whole numbers keep to the range of their type', () => {
    assert.deepEqual(parsed('int', ' 5 '), [5, '5'])
    assert.deepEqual(parsed('int', '+5'), [5, '5'])
    assert.deepEqual(parsed('int', '2147483647'), [INT_MAX, '2147483647'])
    assert.equal(parsed('int', '2147483648'), 'Not a number of type INT')
    assert.equal(parsed('short', '32768'), 'Not a number of type SHORT')
    assert.deepEqual(parsed('long', '9223372036854775807'), [LONG_MAX, '9223372036854775807'])
    assert.equal(parsed('long', '9223372036854775808'), 'Not a number of type LONG')
    assert.equal(parsed('long', ''), 'Not a number of type LONG')
    assert.equal(parsed('long', '1.0'), 'Not a number of type LONG')
    assert.equal(parsed('long', '0x10'), 'Not a number of type LONG')
  })

  test('booleans in any case, nothing else', () => {
    assert.deepEqual(parsed('boolean', 'TRUE'), [true, 'true'])
    assert.deepEqual(parsed('boolean', ' false '), [false, 'false'])
    assert.equal(parsed('boolean', 'yes'), 'Expected value to be either true or false')
  })

  test('doubles are printed as Java prints them', () => {
    const prints = (value: number) => formatConfigValue('double', value)
    assert.equal(prints(0.5), '0.5')
    assert.equal(prints(1), '1.0')
    assert.equal(prints(1e7), '1.0E7')
    assert.equal(prints(Number.MAX_VALUE), '1.7976931348623157E308')
    assert.equal(prints(0.0001), '1.0E-4')
    assert.deepEqual(parsed('double', ' .5 '), [0.5, '0.5'])
    assert.equal(parsed('double', 'half'), 'Not a number of type DOUBLE')
  })

  test('lists are split at commas, spaces around them dropped', () => {
    assert.deepEqual(parsed('list', ' a , b,c '), [['a', 'b', 'c'], 'a,b,c'])
    assert.deepEqual(parsed('list', ''), [[], ''])
  })

  test('passwords are left as they are, other texts trimmed', () => {
    assert.deepEqual(parsed('password', ' x '), [' x ', ' x '])
    assert.deepEqual(parsed('string', ' x '), ['x', 'x'])
  })

  test('the canonical text of any long parses to itself', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        assert.deepEqual(parsed('long', value.toString()), [Number(value), value.toString()])
      }),
    )
  })
})

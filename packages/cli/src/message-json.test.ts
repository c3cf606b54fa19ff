import assert from 'node:assert/strict'
import { test } from 'node:test'
import { array, bytes, float64, int64, message, string, struct, uuid } from '@milena/protocol'
import { doubleText, messageJson } from './message-json.ts'

const Thing = message({
  name: 'Thing',
  kind: 'data',
  versions: '0-1',
  flexible: '0+',
  fields: {
    name: string('0+', { nullable: '0+' }),
    later: int64('1+'),
    data: bytes('0+'),
    rate: float64('0+'),
    parts: array('0+', { id: uuid('0+'), end: int64('0+') }),
    quiet: int64('0+', { tag: 0, default: -1 }),
    list: array('0+', 'int32', { tag: 1 }),
    maybe: struct('0+', { id: int64('0+') }, { nullable: '0+', default: null, tag: 2 }),
    given: struct('0+', { id: int64('0+') }, { nullable: '0+', tag: 3 }),
  },
})

const decoded = {
  name: 'a"\u001f',
  later: 5,
  data: Uint8Array.of(1, 2),
  rate: 10,
  parts: [{ id: 'AAAAAAAAAAAAAAAAAAAAAQ', end: 2 ** 63 }],
  quiet: -1,
  list: [],
  maybe: null,
  given: { id: 0 },
}

test('the fields of the version, tagged ones only where they say something', () => {
  const common = '"data":"AQI=","rate":10.0,"parts":[{"id":"AAAAAAAAAAAAAAAAAAAAAQ","end":9223372036854775807}]'
  assert.equal(messageJson(Thing, 0, decoded), `{"name":"a\\"\\u001F",${common}}`)
  assert.equal(messageJson(Thing, 1, { ...decoded, name: null }), `{"name":null,"later":5,${common}}`)
  const loud = { ...decoded, quiet: 0, list: [1, 2], maybe: { id: 3 }, given: null }
  assert.match(messageJson(Thing, 0, loud), /,"quiet":0,"list":\[1,2\],"maybe":\{"id":3\},"given":null\}$/)
})

test('doubles as Java prints them', () => {
  const texts = [0, 75.5, -3, 1e7, 1.25e10, 0.00025].map(doubleText)
  assert.deepEqual(texts, ['0.0', '75.5', '-3.0', '1.0E7', '1.25E10', '2.5E-4'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foreignProtocol } from './foreign-protocol.ts'

test('the usual strangers are recognised by their first bytes', () => {
  const cases: readonly [Buffer, string | undefined][] = [
    [Buffer.from('GET / HTTP/1.1\r\n'), 'HTTP'],
    [Buffer.from('PRI * HTTP/2.0\r\n'), 'HTTP'],
    [Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]), 'TLS'],
    [Buffer.from('SSH-2.0-OpenSSH'), 'SSH'],
    [Buffer.from([0x7f, 0xff, 0xff, 0xff]), undefined],
    [Buffer.from([0xff, 0xff, 0xff, 0xff]), undefined],
  ]
  for (const [bytes, expected] of cases) assert.equal(foreignProtocol(bytes.readInt32BE(0)), expected)
})

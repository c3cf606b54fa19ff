import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import { linesOf } from './lines.ts'

async function lines(chunks: readonly Uint8Array[]): Promise<string[]> {
  const found: string[] = []
  for await (const some of linesOf(Readable.from(chunks))) found.push(...some)
  return found
}

test('lines end with any of the three ends; the last needs none', async () => {
  assert.deepEqual(await lines([Buffer.from('a\nb\r\nc\rd\n\ne')]), ['a', 'b', 'c', 'd', '', 'e'])
  assert.deepEqual(await lines([Buffer.from('a\n')]), ['a'])
  assert.deepEqual(await lines([]), [])
})

test('it does not matter how the stream is cut, not even within a character', async () => {
  const text = fc.array(fc.constantFrom('a', 'é', '€', '😀', '\n', '\r', '\r\n', '\u2028'), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 7 }), async (parts, size) => {
      const bytes = Buffer.from(parts.join(''))
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      )
      assert.deepEqual(await lines(chunks), await lines([bytes]))
    }),
  )
})

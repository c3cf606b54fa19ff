import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { ShareTranscript } from '../testing/share-transcript.ts'

/**
 * Each file in testdata/shares is a story: commands, and below `----` what happened (`g` records of the group, `s`
 * records of its state). Read what changes before you accept it:
 *
 *     MILENA_REWRITE=1 node --test packages/coordinator/src/share-group/transcripts.test.ts
 */
const directory = new URL('../../testdata/shares/', import.meta.url)

/** Runs every command of a file and writes down what happens, keeping comments and empty lines. */
const play = async (source: string): Promise<string> => {
  const transcript = new ShareTranscript()
  const output: string[] = []
  let isOutput = false
  for (const line of source.split('\n')) {
    if (line === '----') isOutput = true
    else if (line === '') {
      isOutput = false
      output.push('')
    } else if (line.startsWith('#')) output.push(line)
    else if (!isOutput) output.push(line, '----', ...(await transcript.run(line)))
  }
  return output.join('\n')
}

for (const name of readdirSync(directory).filter((file) => file.endsWith('.txt'))) {
  test(`transcript of share groups ${name}`, async () => {
    const file = new URL(name, directory)
    const expected = readFileSync(file, 'utf8')
    const actual = await play(expected)
    if (process.env['MILENA_REWRITE'] === '1') writeFileSync(file, actual)
    else assert.equal(actual, expected)
  })
}

import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { SharePartitionTranscript } from '../testing/share-partition-transcript.ts'

/**
 * Each file in testdata is a story: commands, and below `----` what happened. Read what changes before you accept it:
 *
 *     MILENA_REWRITE=1 node --test packages/broker/src/share/partition/transcripts.test.ts
 */
const directory = new URL('../../../testdata/share-partition/', import.meta.url)

/** Runs every command of a file and writes down what happens, keeping comments and empty lines. */
function play(source: string): string {
  const transcript = new SharePartitionTranscript()
  const output: string[] = []
  let isOutput = false
  for (const line of source.split('\n')) {
    if (line === '----') isOutput = true
    else if (line === '') {
      isOutput = false
      output.push('')
    } else if (line.startsWith('#')) output.push(line)
    else if (!isOutput) output.push(line, '----', ...transcript.run(line))
  }
  return output.join('\n')
}

for (const name of readdirSync(directory).filter((file) => file.endsWith('.txt'))) {
  test(`share partition transcript ${name}`, () => {
    const file = new URL(name, directory)
    const expected = readFileSync(file, 'utf8')
    const actual = play(expected)
    if (process.env['MILENA_REWRITE'] === '1') writeFileSync(file, actual)
    else assert.equal(actual, expected)
  })
}

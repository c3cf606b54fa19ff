import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { TransactionTranscript } from '../testing/transaction-transcript.ts'

/**
 * Each file in testdata/transactions is a story: commands, and below `----` what happened. Read what changes before you
 * accept it:
 *
 *     MILENA_REWRITE=1 node --test packages/coordinator/src/transaction/transcripts.test.ts
 */
const directory = new URL('../../testdata/transactions/', import.meta.url)

/** Runs every command of a file and writes down what happens, keeping comments and empty lines. */
const play = async (source: string): Promise<string> => {
  const transcript = new TransactionTranscript()
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
  test(`transcript of transactions ${name}`, async () => {
    const file = new URL(name, directory)
    const expected = readFileSync(file, 'utf8')
    const actual = await play(expected)
    if (process.env['MILENA_REWRITE'] === '1') writeFileSync(file, actual)
    else assert.equal(actual, expected)
  })
}

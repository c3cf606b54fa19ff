import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

/** Runs one command of a story and says what happened, line by line. */
export interface StoryTeller {
  run(command: string): Promise<readonly string[]>
}

/** Runs every command of a story and writes down what happens, keeping comments and empty lines. */
const tell = async (source: string, teller: StoryTeller): Promise<string> => {
  const output: string[] = []
  let isOutput = false
  for (const line of source.split('\n')) {
    if (line === '----') isOutput = true
    else if (line === '') {
      isOutput = false
      output.push('')
    } else if (line.startsWith('#')) output.push(line)
    else if (!isOutput) output.push(line, '----', ...(await teller.run(line)))
  }
  return output.join('\n')
}

/**
 * A test for each file of a folder. A file is a story: commands, and below `----` what happened. With MILENA_REWRITE=1
 * what happens now is written down instead; read what changes before you accept it.
 */
export const testTranscripts = (directory: URL, title: string, newTeller: () => StoryTeller): void => {
  for (const name of readdirSync(directory).filter((file) => file.endsWith('.txt'))) {
    test(`${title} ${name}`, async () => {
      const file = new URL(name, directory)
      const expected = readFileSync(file, 'utf8')
      const actual = await tell(expected, newTeller())
      if (process.env['MILENA_REWRITE'] === '1') writeFileSync(file, actual)
      else assert.equal(actual, expected)
    })
  }
}

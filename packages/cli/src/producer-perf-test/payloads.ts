import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Random } from '@milena/runtime'
import type { ParsedArguments } from '../options/argument-parser.ts'
import { ToolExit } from '../options/option-error.ts'
import { print, type ToolIo } from '../tool-io.ts'

/** The value of the record of a number. */
export type Payload = (index: number) => Uint8Array

export function payloadOf(parsed: ParsedArguments, random: Random, io: ToolIo): Payload {
  const file = parsed.text('payload-file')
  const size = parsed.number('record-size')
  if (file !== undefined) {
    const values = readPayloads(file, parsed.text('payload-delimiter')!, io)
    return () => values[random.int(values.length)]!
  }
  if (size === undefined) return (index) => Buffer.from(String(index))
  return randomLetters(size, random)
}

/** So many letters are rolled; more than a codec looks back, so that values do not compress by being cut from one text. */
const letterCount = 1 << 20

/** Values are cut out of one long text: rolling each letter of each would take longer than sending it. */
function randomLetters(size: number, random: Random): Payload {
  const letters = new Uint8Array(letterCount + size)
  for (let index = 0; index < letters.length; index++) letters[index] = 65 + random.int(26)
  return () => {
    const at = random.int(letterCount)
    return letters.subarray(at, at + size)
  }
}

function readPayloads(file: string, delimiter: string, io: ToolIo): readonly Uint8Array[] {
  print(io.stdout, `Reading payloads from: ${path.resolve(file)}`)
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (text === '') throw new ToolExit(1, 'File does not exist or empty file provided.')
  const values = splitPayloads(text, delimiter).map((value) => Buffer.from(value))
  print(io.stdout, `Number of records read: ${values.length}`)
  if (values.length === 0) throw new ToolExit(1, `${file} holds nothing but delimiters.`)
  return values
}

/** As Java's Scanner: before the first and behind the last delimiter nothing is missing. */
export function splitPayloads(text: string, delimiter: string): readonly string[] {
  const values = text.split(new RegExp(delimiter, 'u'))
  if (values[0] === '') values.shift()
  if (values.at(-1) === '') values.pop()
  return values
}

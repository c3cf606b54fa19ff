// The `.properties` format as java.util.Properties reads it: what Kafka's own server.properties is written in.

const SPACE = /[ \t\f]/
const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

/** A line that cannot be read; the message names the line, counted from 1. */
export class PropertiesError extends Error {
  override readonly name = 'PropertiesError'
}

interface LogicalLine {
  readonly text: string
  readonly number: number
}

function endsInContinuation(line: string): boolean {
  const backslashes = /\\*$/.exec(line)![0].length
  return backslashes % 2 === 1
}

/** Lines without comments and blanks; a line that ends in an odd number of backslashes goes on in the next one. */
function* logicalLines(text: string): Iterable<LogicalLine> {
  const lines = text.split(/\r\n|\r|\n/)
  for (let index = 0; index < lines.length; index++) {
    const number = index + 1
    let line = lines[index]!.replace(/^[ \t\f]+/, '')
    if (line === '' || line.startsWith('#') || line.startsWith('!')) continue
    while (endsInContinuation(line)) {
      index++
      line = line.slice(0, -1) + (lines[index] ?? '').replace(/^[ \t\f]+/, '')
      if (index >= lines.length) break
    }
    yield { text: line, number }
  }
}

function unescape(raw: string, number: number): string {
  return raw.replace(/\\(u[0-9a-fA-F]{4}|u|[^])/g, (_, escaped: string) => {
    if (escaped === 'u') throw new PropertiesError(`line ${number}: \\u must be followed by four hexadecimal digits`)
    if (escaped.startsWith('u')) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
    return ESCAPES[escaped] ?? escaped
  })
}

/** Where the key ends: at the first `=`, `:` or space that no backslash guards. */
function keyEnd(line: string): number {
  let index = 0
  while (index < line.length) {
    const char = line[index]!
    if (char === '\\') index++
    else if (char === '=' || char === ':' || SPACE.test(char)) break
    index++
  }
  return Math.min(index, line.length)
}

/** Spaces, then at most one `=` or `:`, then spaces again. */
function valueStart(line: string, from: number): number {
  let index = from
  while (index < line.length && SPACE.test(line[index]!)) index++
  if (line[index] === '=' || line[index] === ':') index++
  while (index < line.length && SPACE.test(line[index]!)) index++
  return index
}

/**
 * Reads a whole file. The last of several equal keys wins, as in Java. Values keep their trailing spaces, also as in
 * Java: it is Kafka's configuration parser that trims them.
 * @throws PropertiesError for a broken unicode escape
 */
export function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>()
  for (const { text: line, number } of logicalLines(text.replace(/^\uFEFF/, ''))) {
    const end = keyEnd(line)
    properties.set(unescape(line.slice(0, end), number), unescape(line.slice(valueStart(line, end)), number))
  }
  return properties
}

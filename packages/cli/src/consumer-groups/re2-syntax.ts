/**
 * Why RE2 would refuse an expression, in RE2's words; undefined when it would not. RE2 has what JavaScript has without
 * look-around and back-references, and beyond that `(?P<name>…)`, `\A`, `\z`, `\C`, `\Q…\E`, flags and POSIX classes.
 */
export function re2SyntaxError(expression: string): string | undefined {
  const found = firstRefused(expression)
  if (found !== undefined) return found
  try {
    new RegExp(toJavaScript(expression), 'u')
    return undefined
  } catch (error) {
    return describe((error as Error).message)
  }
}

function firstRefused(expression: string): string | undefined {
  const bare = expression.replace(/\\Q.*?(\\E|$)/gs, '')
  const lookAround = /(?<!\\)(?:\\\\)*(\(\?(?:=|!|<=|<!|>))/.exec(bare)
  if (lookAround !== null) return `invalid or unsupported Perl syntax: \`${lookAround[1]!}\``
  const reference = /(?<!\\)(?:\\\\)*(\\[1-9k])/.exec(bare)
  if (reference !== null) return `invalid escape sequence: \`${reference[1]!}\``
  const repeated = /\{(\d+)(?:,(\d*))?\}/g
  for (const [text, min, max] of bare.matchAll(repeated)) {
    if (Number(min) > 1000 || Number(max ?? 0) > 1000) return `invalid repeat count: \`${text}\``
  }
  return undefined
}

const posix: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}

function toJavaScript(expression: string): string {
  return expression
    .replace(/\\Q(.*?)(?:\\E|$)/gs, (_, literal: string) => literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
    .replaceAll(/\[:(\^?)(\w+):\]/g, (text, negated: string, name: string) =>
      negated === '' ? (posix[name] ?? text) : '\\s\\S',
    )
    .replaceAll(/\(\?P</g, '(?<')
    .replaceAll(/\(\?[imsU-]+(:|\))/g, (_, end: string) => (end === ':' ? '(?:' : ''))
    .replaceAll(/\\[AzCaQ]/g, '')
    .replaceAll(/\\x\{([0-9a-fA-F]+)\}/g, '\\u{$1}')
    .replaceAll(/\\p([A-Z])/g, '\\p{$1}')
    .replaceAll(/\\P([A-Z])/g, '\\P{$1}')
    .replaceAll(/\\([-_'"`~!@#%&=:;,<> ])/g, (_, char: string) => (char === '-' ? '\\x2d' : char))
}

function describe(message: string): string {
  const reason = message.slice(message.lastIndexOf(': ') + 2)
  const words: readonly (readonly [RegExp, string])[] = [
    [/unterminated character class/i, 'missing closing ]'],
    [/unterminated group|unmatched|missing \)/i, 'missing closing )'],
    [/nothing to repeat/i, 'missing argument to repetition operator'],
    [/out of order/i, 'invalid character class range'],
    [/escape/i, 'invalid escape sequence'],
    [/\\ at end/i, 'trailing backslash at end of expression'],
    [/invalid group/i, 'invalid or unsupported Perl syntax'],
  ]
  return words.find(([pattern]) => pattern.test(reason))?.[1] ?? reason
}

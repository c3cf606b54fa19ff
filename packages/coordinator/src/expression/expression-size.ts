/**
 * To compile an expression cannot be interrupted, and neither can it to match one text: both take time in proportion to
 * the size. This is about 60 ms for the one and 120 ms for the other, at worst.
 */
export const MAX_EXPRESSION_SIZE = 3_000

/** Classes of Unicode are tables of hundreds of ranges. */
const UNICODE_CLASS = 20
const PERL_CLASS = 2
/** Where case does not matter, every letter of a range is looked up. */
const FOLDED_RANGE = 400
/** Whatever is repeated may stand there twice over: once for what must be, once for what may. */
const REPEATED = 2

interface Group {
  size: number
  /** Of what a repetition behind it would repeat. */
  last: number
}

/**
 * How large the program of an expression becomes at most, in instructions, and in what takes as long to compile as so
 * many. Looks at each character once and knows as much of the syntax as it must: what is wrong with an expression is for
 * the engine to say.
 */
export const expressionSize = (source: string): number => {
  const isFolded = /\(\?[a-zA-Z]*i/.test(source)
  const groups: Group[] = [{ size: 0, last: 0 }]
  const add = (size: number): void => {
    const group = groups.at(-1)
    if (group === undefined) return
    group.size += size
    group.last = size
  }
  for (let at = 0; at < source.length;) {
    const step = nextStep(source, at, isFolded)
    const group = groups.at(-1) ?? { size: 0, last: 0 }
    if (step.kind === 'open') groups.push({ size: 2, last: 0 })
    else if (step.kind === 'atom') add(step.size)
    else if (step.kind === 'repetition') {
      const more = group.last * (step.size * REPEATED - 1)
      group.size += more
      group.last += more
    } else if (groups.length > 1) {
      groups.pop()
      add(group.size)
    }
    at = step.end
  }
  return groups.reduce((sum, { size }) => sum + size, 0)
}

interface Step {
  readonly kind: 'atom' | 'open' | 'close' | 'repetition'
  /** Of an atom; of a repetition how many times. */
  readonly size: number
  readonly end: number
}

const nextStep = (source: string, at: number, isFolded: boolean): Step => {
  switch (source[at]) {
    case '(':
      return { kind: 'open', size: 0, end: at + 1 }
    case ')':
      return { kind: 'close', size: 0, end: at + 1 }
    case '\\':
      return escaped(source, at)
    case '[':
      return characterClass(source, at, isFolded)
    case '{': {
      const [text, from = '', to] = /^\{(\d+)(?:,(\d*))?\}/.exec(source.slice(at, at + 16)) ?? []
      if (text === undefined) break
      return { kind: 'repetition', size: Math.max(Number(from), Number(to ?? 0), 1), end: at + text.length }
    }
  }
  return { kind: 'atom', size: 1, end: at + 1 }
}

/** `\\Q` quotes up to `\\E`; braces behind others are no repetition. */
const escaped = (source: string, at: number): Step => {
  const kind = source[at + 1] ?? ''
  if (kind === 'Q') {
    const end = source.indexOf('\\E', at + 2)
    const quoted = (end === -1 ? source.length : end) - at - 2
    return { kind: 'atom', size: quoted, end: at + 2 + quoted + 2 }
  }
  const size = kind === 'p' || kind === 'P' ? UNICODE_CLASS : /[dDsSwW]/.test(kind) ? PERL_CLASS : 1
  const brace = /[pPx]/.test(kind) && source[at + 2] === '{' ? source.indexOf('}', at + 3) : -1
  return { kind: 'atom', size, end: brace === -1 ? at + 2 : brace + 1 }
}

/** Ends at the first bracket that may end it: what follows is counted in any case. */
const characterClass = (source: string, start: number, isFolded: boolean): Step => {
  let size = 1
  let at = start + 1
  if (source[at] === '^') at++
  if (source[at] === ']') at++
  while (at < source.length && source[at] !== ']') {
    const isEscape = source[at] === '\\'
    const isFoldedRange = source[at] === '-' && isFolded && !isAsciiRange(source, at)
    const step = isEscape ? escaped(source, at) : { size: isFoldedRange ? FOLDED_RANGE : 1, end: at + 1 }
    size += step.size
    at = step.end
  }
  return { kind: 'atom', size, end: at + 1 }
}

const isAsciiRange = (source: string, at: number): boolean =>
  /^[0-9A-Za-z]-[0-9A-Za-z]$/.test(source.slice(at - 1, at + 2))

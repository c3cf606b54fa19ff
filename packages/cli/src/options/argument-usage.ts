import { flagsOf, type ActiveParser, type ArgumentSpec } from './argument-spec.ts'
import { wrap } from './usage.ts'

const formatWidth = 75
/** Where the text about an argument begins. */
const aboutColumn = 25

/** The lines that say how a tool, or a command of it, is called, as argparse4j lays them out. */
export function formatArgumentUsage(parser: ActiveParser): string {
  const start = `usage: ${parser.prog}`
  const isLong = start.length > 30
  const indent = ' '.repeat(isLong ? 6 : start.length)
  const parts = [...upperParts(parser.parent), ...ownParts(parser)]
  let text = isLong ? `${start}\n${indent}` : start
  let width = isLong ? indent.length * 2 : start.length
  parts.forEach((part, index) => {
    if (index > 0 && width + part.length + 1 > formatWidth) {
      text += `\n${indent} ${part}`
      width = indent.length + 1 + part.length
    } else {
      text += ` ${part}`
      width += 1 + part.length
    }
  })
  return `${text}\n`
}

function ownParts(parser: ActiveParser): readonly string[] {
  const commands = Object.keys(parser.commands)
  const inGroups = new Set((parser.exclusive ?? []).flatMap(({ names }) => names))
  return [
    ...(parser.command === undefined ? [] : [parser.command]),
    ...shown(parser)
      .filter(([name]) => !inGroups.has(name))
      .map(([name, spec]) => syntax(name, spec)),
    ...groupParts(parser, false),
    ...(commands.length === 0 ? [] : [parser.commandMetavar ?? `{${commands.join(',')}}`, '...']),
  ]
}

/** What must be said before the command. */
function upperParts(parser: ActiveParser | undefined): readonly string[] {
  if (parser === undefined) return []
  return [
    ...shown(parser)
      .filter(([, spec]) => spec.required === true)
      .map(([name, spec]) => syntax(name, spec)),
    ...groupParts(parser, true),
  ]
}

function groupParts(parser: ActiveParser, onlyRequired: boolean): readonly string[] {
  return (parser.exclusive ?? [])
    .filter(({ required }) => required === true || !onlyRequired)
    .flatMap(({ names, required }) => {
      const visible = names.filter((name) => parser.arguments[name]!.hidden !== true)
      const bare = visible.map((name) => bareSyntax(name, parser.arguments[name]!))
      const [open, close] = required === true ? ['(', ')'] : ['[', ']']
      const joined = bare.flatMap((part, index) => (index === 0 ? [part] : ['|', part]))
      joined[0] = open + joined[0]!
      joined[joined.length - 1] += close
      return joined
    })
}

const shown = (parser: ActiveParser): readonly (readonly [string, ArgumentSpec])[] =>
  Object.entries(parser.arguments).filter(([, { hidden }]) => hidden !== true)

function bareSyntax(name: string, spec: ArgumentSpec): string {
  const value = valueSyntax(name, spec)
  return value === '' ? flagsOf(name, spec)[0]! : `${flagsOf(name, spec)[0]!} ${value}`
}

const syntax = (name: string, spec: ArgumentSpec): string =>
  spec.required === true ? bareSyntax(name, spec) : `[${bareSyntax(name, spec)}]`

function valueSyntax(name: string, spec: ArgumentSpec): string {
  if (spec.type === undefined) return ''
  const metavar = spec.metavar ?? name.toUpperCase().replaceAll('-', '_')
  return spec.takes === 'many' ? `${metavar} [${metavar} ...]` : metavar
}

/** What `--help` prints. */
export function formatArgumentHelp(parser: ActiveParser): string {
  const commands = Object.entries(parser.commands).map(([name, { about }]) => entry(name, about))
  const options = shown(parser).map(([name, spec]) => {
    const value = valueSyntax(name, spec)
    const title = flagsOf(name, spec).map((flag) => (value === '' ? flag : `${flag} ${value}`))
    return entry(title.join(', '), spec.default === undefined ? spec.about : `${spec.about} (default: ${spec.default})`)
  })
  return [
    formatArgumentUsage(parser),
    `${wrap(parser.about, formatWidth).join('\n')}\n`,
    ...(commands.length === 0 ? [] : [`commands:\n${commands.join('')}`]),
    `optional arguments:\n${options.join('')}`,
  ].join('\n')
}

function entry(title: string, about: string): string {
  const lines = about.split('\n').flatMap((part) => wrap(part, formatWidth - aboutColumn))
  const indent = ' '.repeat(aboutColumn)
  const first = title.length <= aboutColumn - 4 ? `  ${title}`.padEnd(aboutColumn) : `  ${title}\n${indent}`
  return `${first}${lines.join(`\n${indent}`)}\n`
}

/** What somebody who wrote something unknown may have meant; nothing when nothing is near. */
export function suggestions(parser: ActiveParser, unknown: string): readonly string[] {
  const isFlag = unknown.startsWith('-')
  const body = unknown.replace(/^-+/, '')
  if (isFlag && body.length < 2) return []
  const known = isFlag
    ? Object.entries(parser.arguments).flatMap(([name, spec]) => flagsOf(name, spec).filter((flag) => flag.length > 2))
    : Object.keys(parser.commands)
  const ranked = known.map((text) => {
    const other = isFlag ? text.replace(/^-+/, '') : text
    return { text, distance: other.startsWith(body) ? 0 : editDistance(body, other) }
  })
  const nearest = Math.min(...ranked.map(({ distance }) => distance))
  // The limit, like the costs below, is that of git's own suggestions.
  if (nearest >= 7) return []
  return ranked
    .filter(({ distance }) => distance === nearest)
    .map(({ text }) => text)
    .sort()
}

const costs = { swap: 0, substitute: 2, add: 1, remove: 4 } as const

function editDistance(from: string, to: string): number {
  let previous: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1]
      let best = last[j - 1]! + (isSame ? 0 : costs.substitute)
      if (i >= 2 && j >= 2 && !isSame && from[i - 2] === to[j - 1] && from[i - 1] === to[j - 2]) {
        best = Math.min(best, previous[j - 2]! + costs.swap)
      }
      row.push(Math.min(best, last[j]! + costs.remove, row[j - 1]! + costs.add))
    }
    previous = last
    last = row
  }
  return last[to.length]!
}

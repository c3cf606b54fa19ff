import type { OptionSpec, OptionSpecs } from './option-parser.ts'

const overallWidth = 80
const gap = 2

/** The table of options as joptsimple lays it out: two columns, by name, continued lines indented. */
export function formatUsage(specs: OptionSpecs): string {
  const widest = Math.floor((overallWidth - gap) / 2)
  const rows = Object.entries(specs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, spec]) => ({
      option: wrap(heading(name, spec), widest),
      about: about(spec),
      isRequired: spec.required === true,
    }))
  const title = rows.some(({ isRequired }) => isRequired) ? 'Option (* = required)' : 'Option'
  const optionWidth = Math.max(title.length, ...rows.flatMap(({ option }) => option.map((line) => line.length)))
  const aboutWidth = overallWidth - optionWidth - gap
  const lines = [
    [title, 'Description'],
    ['-'.repeat(title.length), '-----------'],
    ...rows.flatMap(({ option, about: text }) => {
      const right = text.split('\n').flatMap((part) => wrap(part, aboutWidth))
      return Array.from({ length: Math.max(option.length, right.length) }, (_, index) => [
        option[index] ?? '',
        right[index] ?? '',
      ])
    }),
  ]
  return lines.map(([left, right]) => `${left!.padEnd(optionWidth + gap)}${right!.padEnd(aboutWidth)}\n`).join('')
}

function heading(name: string, { type, argument, optionalArgument, required }: OptionSpec): string {
  const flag = required === true ? `* --${name}` : `--${name}`
  if (type === undefined) return flag
  const inner = argument === undefined ? type : `${type}: ${argument}`
  return optionalArgument === true ? `${flag} [${inner}]` : `${flag} <${inner}>`
}

const about = (spec: OptionSpec): string =>
  spec.default === undefined ? spec.about : `${spec.about} (default: ${spec.default})`

/** Lines no longer than the width; from the second on indented. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const indent = lines.length === 0 ? '' : '  '
    if (line === '') line = indent + word
    else if (line.length + 1 + word.length <= width) line += ` ${word}`
    else {
      lines.push(line)
      line = `  ${word}`
    }
  }
  lines.push(line)
  return lines
}

import { ToolExit } from '../options/option-error.ts'

const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

const padded = (value: number, width: number): string => String(value).padStart(width, '0')

/** By letter: how a part of a time is written when the letter stands there so often. */
const parts: Readonly<Record<string, (date: Date, count: number) => string>> = {
  y: (date, count) => (count === 2 ? padded(date.getFullYear() % 100, 2) : padded(date.getFullYear(), count)),
  M: (date, count) => {
    const name = monthNames[date.getMonth()]!
    return count < 3 ? padded(date.getMonth() + 1, count) : count === 3 ? name.slice(0, 3) : name
  },
  d: (date, count) => padded(date.getDate(), count),
  E: (date, count) => (count < 4 ? dayNames[date.getDay()]!.slice(0, 3) : dayNames[date.getDay()]!),
  a: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  H: (date, count) => padded(date.getHours(), count),
  k: (date, count) => padded(date.getHours() || 24, count),
  K: (date, count) => padded(date.getHours() % 12, count),
  h: (date, count) => padded(date.getHours() % 12 || 12, count),
  m: (date, count) => padded(date.getMinutes(), count),
  s: (date, count) => padded(date.getSeconds(), count),
  S: (date, count) => padded(date.getMilliseconds(), count),
  Z: (date) => zoneOffset(date, ''),
  X: (date, count) => zoneOffset(date, count === 3 ? ':' : '').slice(0, count === 1 ? 3 : undefined),
}

function zoneOffset(date: Date, separator: string): string {
  const minutes = -date.getTimezoneOffset()
  const absolute = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${padded(Math.floor(absolute / 60), 2)}${separator}${padded(absolute % 60, 2)}`
}

/**
 * Writes times as a pattern of Java's SimpleDateFormat says, in the zone of this machine and in English. The letters
 * for eras, weeks, days of a year and names of zones are not known.
 */
export function simpleDateFormat(pattern: string): (timeMs: number) => string {
  const pieces = Array.from(
    pattern.matchAll(/'((?:[^']|'')*)'|([a-zA-Z])\2*|[^a-zA-Z']+/g),
    ([text, quoted, letter]) => {
      if (quoted !== undefined) return quoted === '' ? "'" : quoted.replaceAll("''", "'")
      if (letter === undefined) return text
      const part = Object.hasOwn(parts, letter) ? parts[letter]! : undefined
      if (part === undefined) throw new ToolExit(1, `Illegal pattern character '${letter}'`)
      return (date: Date): string => part(date, text.length)
    },
  )
  return (timeMs) => {
    const date = new Date(timeMs)
    return pieces.map((piece) => (typeof piece === 'string' ? piece : piece(date))).join('')
  }
}

import { CommandFailure } from '../command-failure.ts'

const format = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}(?::?\d{2})?)?$/

/** Milliseconds since 1970 of `YYYY-MM-DDThh:mm:ss.sss`, in UTC unless an offset follows. */
export function parseDateTime(text: string): number {
  const match = format.exec(text)
  const ms = match === null ? Number.NaN : toMs(match)
  if (Number.isNaN(ms)) throw new CommandFailure(`Unparseable date: "${text}"`)
  return ms
}

function toMs(match: RegExpExecArray): number {
  const [, year, month, day, hour, minute, second, fraction = '0', zone = 'Z'] = match
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3))
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second), ms)
  if (zone === 'Z') return utc
  const digits = zone.replaceAll(/[^\d]/g, '').padEnd(4, '0')
  const offsetMinutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return utc - (zone.startsWith('-') ? -1 : 1) * offsetMinutes * 60_000
}

const durationFormat = /^([+-]?)P(?:([+-]?\d+)D)?(?:T(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?\d+(?:\.\d{1,9})?)S)?)?$/i

/** Milliseconds of an ISO 8601 duration as Java's `Duration` reads it: `P1DT2H3M4.5S`. */
export function parseDuration(text: string): number {
  const match = durationFormat.exec(text)
  const parts = match?.slice(2) ?? []
  if (match === null || parts.every((part) => part === undefined) || /T$/i.test(text)) {
    throw new CommandFailure('Text cannot be parsed to a Duration')
  }
  const [days, hours, minutes, seconds] = parts.map((part) => Number(part ?? 0))
  const ms = ((days! * 24 + hours!) * 60 + minutes!) * 60_000 + seconds! * 1000
  return match[1] === '-' ? -ms : ms
}

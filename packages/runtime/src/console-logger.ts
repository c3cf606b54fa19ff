import { inspect } from 'node:util'
import type { Clock } from './clock.ts'
import { createLogger } from './logger.ts'
import type { LogLevel } from './log-levels.ts'
import type { LogEntry, Logger } from './logger.ts'

/** `2026-11-22 21:40:00,123` in local time, as Kafka's log files have it. */
function formatTime(timeMs: number): string {
  const time = new Date(timeMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  return `${date} ${clock},${String(time.getMilliseconds()).padStart(3, '0')}`
}

function formatValue(value: unknown): string {
  if (typeof value === 'string') return /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value)
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (value === null || value === undefined) return String(value)
  return JSON.stringify(inspect(value, { breakLength: Infinity, compact: true, depth: 4 }))
}

/** One line in Kafka's style, fields behind it; stacks of errors follow on lines of their own. */
export function formatEntry(entry: LogEntry): string {
  let line = `[${formatTime(entry.timeMs)}] ${entry.level.toUpperCase()} [${entry.component}] ${entry.message}`
  let stacks = ''
  for (const [name, value] of Object.entries(entry.fields)) {
    if (value instanceof Error) stacks += `\n${inspect(value)}`
    else if (value !== undefined) line += ` ${name}=${formatValue(value)}`
  }
  return line + stacks
}

/** A log on standard output, or wherever `write` puts the lines. */
export function consoleLogger(
  options: {
    readonly level?: LogLevel
    readonly component?: string
    readonly clock?: Clock
    readonly write?: (text: string) => void
  } = {},
): Logger {
  const { write = (text: string) => void process.stdout.write(text), ...rest } = options
  return createLogger({ ...rest, sink: (entry) => write(`${formatEntry(entry)}\n`) })
}

import type { ConsumerRecord } from '@milena/client'
import { deserializerOf, type Deserializer } from '../deserializers.ts'
import type { FormatterContext, MessageFormatter } from './message-formatter.ts'

/** Shows the value of a record, and what else is asked for, as Apache's formatter of this name does. */
export function defaultFormatter({ properties, warn }: FormatterContext): MessageFormatter {
  const flag = (name: string, fallback = false): boolean =>
    properties.has(name) ? properties.get(name)!.trim().toLowerCase() === 'true' : fallback
  const bytes = (name: string, fallback: string): Buffer => Buffer.from(properties.get(name) ?? fallback)
  const deserializer = (name: string): Deserializer | undefined => {
    const className = properties.get(name)
    const found = className === undefined ? undefined : deserializerOf(className)
    if (className !== undefined && found === undefined) warn(`Unable to instantiate a deserializer from ${className}`)
    return found
  }
  const separator = bytes('key.separator', '\t')
  const lineSeparator = bytes('line.separator', '\n')
  const headersSeparator = bytes('headers.separator', ',')
  const nullLiteral = bytes('null.literal', 'null')
  const deserializers = {
    key: deserializer('key.deserializer'),
    value: deserializer('value.deserializer'),
    headers: deserializer('headers.deserializer'),
  }
  const show = (source: Uint8Array | null, by: Deserializer | undefined): Uint8Array => {
    const present = source ?? nullLiteral
    return by === undefined ? present : Buffer.from(by(present))
  }
  type Column = (record: ConsumerRecord) => readonly Uint8Array[]
  const columns: Column[] = []
  const column = (name: string, write: Column, fallback = false): void => {
    if (flag(name, fallback)) columns.push(write)
  }
  column('print.timestamp', ({ timestampType, timestamp }) => [Buffer.from(`${timestampType}:${timestamp}`)])
  column('print.partition', ({ partition }) => [Buffer.from(`Partition:${partition}`)])
  column('print.offset', ({ offset }) => [Buffer.from(`Offset:${offset}`)])
  column('print.delivery', () => [Buffer.from('Delivery:NOT_PRESENT')])
  column('print.epoch', () => [Buffer.from('Epoch:NOT_PRESENT')]) // Apache's tool does not know it either.
  column('print.headers', ({ headers }) =>
    headers.length === 0
      ? [Buffer.from('NO_HEADERS')]
      : headers.flatMap(({ key, value }, index) => [
          ...(index === 0 ? [] : [headersSeparator]),
          Buffer.from(`${key}:`),
          show(value, deserializers.headers),
        ]),
  )
  column('print.key', ({ key }) => [show(key, deserializers.key)])
  column('print.value', ({ value }) => [show(value, deserializers.value)], true)
  return (record) =>
    Buffer.concat(
      columns.flatMap((write, index) => [...write(record), index === columns.length - 1 ? lineSeparator : separator]),
    )
}

/** As the default, with the key, and with a log line's look. */
export function loggingFormatter(context: FormatterContext): MessageFormatter {
  const format = defaultFormatter(context)
  const text = (bytes: Uint8Array | null): string => (bytes === null ? 'null' : Buffer.from(bytes).toString('utf8'))
  return (record) => {
    context.warn(`${record.timestampType}:${record.timestamp}, key:${text(record.key)}, value:${text(record.value)}`)
    return format(record)
  }
}

import type { ConsumerRecord } from '@milena/client'
import type { Properties } from '../../config/properties.ts'

/** Makes bytes to be printed of a record; nothing for a record that it leaves out. */
export type MessageFormatter = (record: ConsumerRecord) => Uint8Array | undefined

export interface FormatterContext {
  readonly properties: Properties
  /** Says that something is amiss; the formatter goes on without it. */
  readonly warn: (message: string) => void
}

const packageName = 'org.apache.kafka.tools.consumer.'

/** Loaded when asked for: by default only the first is. */
const formatters: Readonly<Record<string, (context: FormatterContext) => Promise<MessageFormatter>>> = {
  DefaultMessageFormatter: async (context) => (await import('./default-formatter.ts')).defaultFormatter(context),
  LoggingMessageFormatter: async (context) => (await import('./default-formatter.ts')).loggingFormatter(context),
  NoOpMessageFormatter: () => Promise.resolve(() => undefined),
  OffsetsMessageFormatter: async () => (await import('./internal-topics.ts')).offsetsFormatter,
  GroupMetadataMessageFormatter: async () => (await import('./internal-topics.ts')).groupMetadataFormatter,
  TransactionLogMessageFormatter: async () => (await import('./internal-topics.ts')).transactionLogFormatter,
}

/** By class name; undefined when there is none. */
export async function formatterOf(className: string, context: FormatterContext): Promise<MessageFormatter | undefined> {
  const name = className.startsWith(packageName) ? className.slice(packageName.length) : ''
  return Object.hasOwn(formatters, name) ? formatters[name]!(context) : undefined
}

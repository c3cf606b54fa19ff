import { string } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

export const BeginTransactionRecord = message({
  name: 'BeginTransactionRecord',
  apiKey: 23,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    name: string('0+', { nullable: '0+', default: null, tag: 0 }),
  },
})
export type BeginTransactionRecord = Infer<typeof BeginTransactionRecord>

export const EndTransactionRecord = message({
  name: 'EndTransactionRecord',
  apiKey: 24,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {},
})
export type EndTransactionRecord = Infer<typeof EndTransactionRecord>

export const AbortTransactionRecord = message({
  name: 'AbortTransactionRecord',
  apiKey: 25,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    reason: string('0+', { nullable: '0+', default: null, tag: 0 }),
  },
})
export type AbortTransactionRecord = Infer<typeof AbortTransactionRecord>

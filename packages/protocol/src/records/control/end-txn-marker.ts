import { int16, int32 } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

/** The key of every control record. */
export const ControlRecordTypeSchema = message({
  name: 'ControlRecordTypeSchema',
  kind: 'data',
  versions: '0',
  flexible: 'none',
  fields: {
    type: int16('0+', {
      about:
        '0 abort, 1 commit, 2 leader change, 3 snapshot header, 4 snapshot footer, 5 KRaft version, 6 KRaft voters.',
    }),
  },
})
export type ControlRecordTypeSchema = Infer<typeof ControlRecordTypeSchema>

/** The value of a control record that ends a transaction. */
export const EndTxnMarker = message({
  name: 'EndTxnMarker',
  kind: 'data',
  versions: '0',
  flexible: 'none',
  fields: {
    coordinatorEpoch: int32('0+', { about: 'Of the transaction coordinator that wrote the last marker.' }),
  },
})
export type EndTxnMarker = Infer<typeof EndTxnMarker>

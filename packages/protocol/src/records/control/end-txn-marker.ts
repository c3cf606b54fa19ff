import { int16, int32 } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

export const ControlRecordTypeSchema = message({
  name: 'ControlRecordTypeSchema',
  kind: 'data',
  versions: '0',
  flexible: 'none',
  fields: {
    type: int16('0+'),
  },
})
export type ControlRecordTypeSchema = Infer<typeof ControlRecordTypeSchema>

export const EndTxnMarker = message({
  name: 'EndTxnMarker',
  kind: 'data',
  versions: '0',
  flexible: 'none',
  fields: {
    coordinatorEpoch: int32('0+'),
  },
})
export type EndTxnMarker = Infer<typeof EndTxnMarker>

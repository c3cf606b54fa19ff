import { array, int16, int32, int64, uint32 } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

export const ProducerSnapshot = message({
  name: 'ProducerSnapshot',
  kind: 'data',
  versions: '1',
  flexible: 'none',
  fields: {
    crc: uint32('1'),
    producerEntries: array('1', {
      producerId: int64('1'),
      epoch: int16('1'),
      lastSequence: int32('1'),
      lastOffset: int64('1'),
      offsetDelta: int32('1'),
      timestamp: int64('1'),
      coordinatorEpoch: int32('1'),
      currentTxnFirstOffset: int64('1'),
    }),
  },
})
export type ProducerSnapshot = Infer<typeof ProducerSnapshot>

import { array, int16, int32, int64, uint32 } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

/** The content of a .snapshot file beside a log, behind its version as an int16. */
export const ProducerSnapshot = message({
  name: 'ProducerSnapshot',
  kind: 'data',
  versions: '1',
  flexible: 'none',
  fields: {
    crc: uint32('1', { about: 'CRC-32C of all that follows it.' }),
    producerEntries: array('1', {
      producerId: int64('1'),
      epoch: int16('1'),
      lastSequence: int32('1', { about: '-1 when the producer has written no batch with a sequence.' }),
      lastOffset: int64('1'),
      offsetDelta: int32('1', { about: 'From the first to the last offset of the last batch.' }),
      timestamp: int64('1', { about: 'Of the last batch, in ms since 1970.' }),
      coordinatorEpoch: int32('1', { about: 'Of the transaction coordinator that wrote the last marker.' }),
      currentTxnFirstOffset: int64('1', { about: '-1 without an open transaction.' }),
    }),
  },
})
export type ProducerSnapshot = Infer<typeof ProducerSnapshot>

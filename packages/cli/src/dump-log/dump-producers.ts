// The producers in a `.snapshot`, and the aborted transactions in a `.txnindex`.
import { CorruptFileError, decodeAbortedTransactions, decodeProducerSnapshot } from '@milena/storage'
import { longText } from '../message-json.ts'
import type { DumpContext, DumpedFile } from './dump-context.ts'
import { fileContent } from './opened-file.ts'

/** A damaged snapshot is a line on standard error, and the tool goes on. */
export async function dumpProducerSnapshot({ fs, out, err }: DumpContext, file: DumpedFile): Promise<void> {
  const bytes = await fileContent(fs, file)
  try {
    for (const entry of decodeProducerSnapshot(bytes)) {
      const start = entry.currentTxnFirstOffset
      out.write(
        `producerId: ${longText(entry.producerId)} producerEpoch: ${entry.producerEpoch}` +
          ` coordinatorEpoch: ${entry.coordinatorEpoch}` +
          ` currentTxnFirstOffset: ${start === undefined ? 'OptionalLong.empty' : `OptionalLong[${longText(start)}]`}` +
          ` lastTimestamp: ${longText(entry.lastTimestamp)}`,
      )
      const batch = entry.lastBatch
      if (batch !== undefined) {
        out.write(
          ` firstSequence: ${batch.firstSequence} lastSequence: ${batch.lastSequence}` +
            ` lastOffset: ${longText(batch.lastOffset)} offsetDelta: ${batch.lastOffset - batch.firstOffset}` +
            ` timestamp: ${longText(batch.timestamp)}`,
        )
      }
      out.line()
      await out.breathe()
    }
  } catch (error) {
    if (!(error instanceof CorruptFileError)) throw error
    err.line(error.message)
  }
}

const ENTRY_BYTES = 34

/** A file that is not there has no entries, and one that is cut has one less. */
export async function dumpTransactionIndex({ fs, out }: DumpContext, file: DumpedFile): Promise<void> {
  if (!(await fs.exists(file.absolute))) return
  const bytes = await fileContent(fs, file)
  for (const aborted of decodeAbortedTransactions(
    bytes.subarray(0, bytes.length - (bytes.length % ENTRY_BYTES)),
    -Infinity,
  )) {
    out.line(
      `version: 0 producerId: ${longText(aborted.producerId)} firstOffset: ${longText(aborted.firstOffset)}` +
        ` lastOffset: ${longText(aborted.lastOffset)} lastStableOffset: ${longText(aborted.lastStableOffset)}`,
    )
    await out.breathe()
  }
}

import type { File } from '@milena/runtime'
import { scanBatches } from './batch-scanner.ts'

/** A stretch of a segment: from the batch that holds an offset on, up to a position where another one ends. */
export interface DoubtfulBytes {
  readonly fromOffset: number
  readonly endPosition: number
}

const CHUNK_BYTES = 1_048_576

/**
 * Writes the batches between two positions once more as they are read, so that the next sync covers them. Returns what is
 * wrong with them, and then writes nothing: the system may have forgotten what it had shown to the recovery.
 */
export async function rewriteDoubtful(
  file: File,
  { from, to, minOffset }: { readonly from: number; readonly to: number; readonly minOffset: number },
): Promise<{ readonly position: number; readonly problem: string | undefined } | undefined> {
  const read = (target: Uint8Array, position: number): Promise<number> => file.read(target, position)
  const { endPosition, problem } = await scanBatches({
    read,
    from,
    to,
    minOffset,
    verify: true,
    visit: () => undefined,
  })
  if (endPosition < to) return { position: endPosition, problem }
  for (let position = from; position < to;) {
    const target = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, to - position))
    const filled = await read(target, position)
    if (filled === 0) return { position, problem: 'the file ends' }
    await file.writev([target.subarray(0, filled)], position)
    position += filled
  }
  return undefined
}

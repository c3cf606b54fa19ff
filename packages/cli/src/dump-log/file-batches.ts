import type { File } from '@milena/runtime'
import { LOG_OVERHEAD, RECORD_BATCH_OVERHEAD, RecordBatch } from '@milena/records'
import { ToolExit } from '../options/option-error.ts'
import { UncaughtException } from './java-exception.ts'

/** A batch as it stands in a file, sound or not. */
export interface FileBatch {
  readonly position: number
  readonly sizeInBytes: number
  readonly batch: RecordBatch
  /** Whether the batch says that it is smaller than its own header. */
  readonly isTooSmall: boolean
}

/** Kafka looks at offset, size and magic before it believes that there is a batch. */
const HEADER_UP_TO_MAGIC = 17
/** The smallest size that any format of batches has had. */
const SMALLEST_SIZE = 14
const CHUNK_BYTES = 1_048_576
/** No limit. */
export const INT_MAX = 0x7fff_ffff

/**
 * The batches of a file between two positions, one behind the other, as Kafka's FileLogInputStream finds them: it ends
 * where no whole batch can follow, and believes in every size that is at all possible.
 */
export async function* fileBatches(file: File, from: number, to: number): AsyncGenerator<FileBatch, void, undefined> {
  const window = new FileWindow(file)
  for (let position = from; position < to - HEADER_UP_TO_MAGIC;) {
    const head = await window.bytes(position, HEADER_UP_TO_MAGIC)
    const size = head.readInt32BE(8)
    if (size < SMALLEST_SIZE) {
      throw new UncaughtException(
        'org.apache.kafka.common.errors.CorruptRecordException',
        `Found record size ${size} smaller than minimum record overhead (${SMALLEST_SIZE}) in file ${file.path}.`,
      )
    }
    if (position > to - LOG_OVERHEAD - size) return
    const magic = head.readInt8(16)
    if (magic < 2) throw new ToolExit(1, `${file.path}: batches of magic ${magic} are not read (position ${position}).`)
    const sizeInBytes = LOG_OVERHEAD + size
    const bytes = await window.bytes(position, Math.max(sizeInBytes, RECORD_BATCH_OVERHEAD))
    yield {
      position,
      sizeInBytes,
      batch: RecordBatch.unchecked(bytes),
      isTooSmall: sizeInBytes < RECORD_BATCH_OVERHEAD,
    }
    position += sizeInBytes
  }
}

/** Large reads in front of many small questions. What it gives is not changed by what is asked later. */
class FileWindow {
  readonly #file: File
  #start = 0
  #bytes: Buffer = Buffer.alloc(0)

  constructor(file: File) {
    this.#file = file
  }

  async bytes(position: number, length: number): Promise<Buffer> {
    const at = position - this.#start
    if (at >= 0 && at + length <= this.#bytes.length) return this.#bytes.subarray(at, at + length)
    const target = Buffer.allocUnsafeSlow(Math.max(length, CHUNK_BYTES))
    const filled = await this.#file.read(target, position)
    this.#start = position
    this.#bytes = target.subarray(0, filled)
    if (filled < length) {
      throw new UncaughtException(
        'org.apache.kafka.common.KafkaException',
        `Failed to load record batch at position ${position} from ${this.#file.path}`,
      )
    }
    return this.#bytes.subarray(0, length)
  }
}

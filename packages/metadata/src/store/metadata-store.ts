import type { MetadataImage } from '../image/metadata-image.ts'
import type { MetadataRecord } from '../image/metadata-record.ts'

/** Where the metadata is kept. One writer; appends one at a time. */
export interface MetadataStore {
  /** The image as of everything that was written. */
  readonly loaded: MetadataImage
  /** Resolves when the records will survive a loss of power. Of those whose append failed none is ever found again. */
  append(records: readonly MetadataRecord[]): Promise<void>
  /** Puts a snapshot in place of the log when that has grown large. `image` is all that was appended. */
  compact(image: MetadataImage): Promise<void>
  close(): Promise<void>
}

import { RecordsError } from '../records-error.ts'

/** What decompressing throws when more comes out than is allowed. */
export function tooLarge(maxOutputBytes: number): RecordsError {
  return new RecordsError('MESSAGE_TOO_LARGE', `the records are larger than ${maxOutputBytes} bytes when decompressed`)
}

/** What decompressing throws when the bytes are not what the codec makes. */
export function corrupt(codec: string, explanation: string, cause?: unknown): RecordsError {
  return new RecordsError(
    'CORRUPT_MESSAGE',
    `these bytes are not ${codec}: ${explanation}`,
    cause === undefined ? undefined : { cause },
  )
}

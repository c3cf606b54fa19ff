/** Buffer's own primitives: `toString` and `write` without the search for the encoding. */
export interface RawBuffer extends Buffer {
  utf8Slice(start: number, end: number): string
  base64urlSlice(start: number, end: number): string
  utf8Write(text: string, offset: number): number
}

/** Reads from `p`, leaves the end in `reading.end`. */
export type MessageReader = (b: RawBuffer, p: number, e: number) => unknown

export interface MessageWriter {
  /** How many bytes the value takes; adds to `writing.separateBytes`. */
  size(value: unknown): number
  /** Writes what `size` has just been asked about, and returns where it ends. */
  write(value: unknown, b: RawBuffer, p: number): number
}

/** What a reader is told and leaves behind. Reading is synchronous and never nested, so that one of these serves all. */
export const reading = {
  /** The last varint that `readVarint` has read. */
  varint: 0,
  /** How many array elements may still come. */
  elementsLeft: 0,
  /** Where the last message ended. */
  end: 0,
}

/** What a writer works with. Writing is synchronous and never nested, so that one of these serves all. */
export const writing = {
  /** What the last size pass counted that need not be copied when chunks are collected. */
  separateBytes: 0,
  /** While chunks are collected: those so far; what is written next begins at `chunkStart`. */
  chunks: null as Uint8Array[] | null,
  chunkStart: 0,
}

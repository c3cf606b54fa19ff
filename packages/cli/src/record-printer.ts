import type { Output } from './tool-io.ts'

/** Gathers what is to be printed, writes it in large pieces, and waits for a reader that is slow. */
export class RecordPrinter {
  readonly #output: Output
  #pieces: Uint8Array[] = []
  /** Records that were handed to the formatter. */
  count = 0
  /** Whether the reader has gone away. */
  closed = false
  /** Ends the wait for a slow reader. */
  #wake: () => void = () => undefined

  constructor(output: Output) {
    this.#output = output
    output.on('error', () => {
      this.closed = true
      this.#wake()
    })
  }

  add(bytes: Uint8Array): void {
    this.#pieces.push(bytes)
  }

  async flush(): Promise<void> {
    if (this.#pieces.length === 0) return
    const pieces = this.#pieces
    this.#pieces = []
    if (this.closed || this.#output.write(Buffer.concat(pieces))) return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      this.#output.once('drain', resolve)
    })
  }
}

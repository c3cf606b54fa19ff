import { RecordPrinter } from '../record-printer.ts'
import type { Output } from '../tool-io.ts'

const CHUNK_CHARACTERS = 65_536

/** Collects text, so that a log of a million records does not become a million writes, and waits when it must. */
export class TextWriter {
  readonly #printer: RecordPrinter
  #text = ''

  constructor(output: Output) {
    this.#printer = new RecordPrinter(output)
  }

  /** Nobody reads any more. */
  get closed(): boolean {
    return this.#printer.closed
  }

  write(text: string): void {
    this.#text += text
  }

  line(text = ''): void {
    this.#text += `${text}\n`
  }

  /** Hands on what has come together once it is much; to be called now and then. */
  async breathe(): Promise<void> {
    if (this.#text.length >= CHUNK_CHARACTERS) await this.flush()
  }

  async flush(): Promise<void> {
    if (this.#text === '') return
    this.#printer.add(Buffer.from(this.#text))
    this.#text = ''
    await this.#printer.flush()
  }
}

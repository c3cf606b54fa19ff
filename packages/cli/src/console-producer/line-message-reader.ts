import type { ProducerRecord } from '@milena/client'
import type { Properties } from '../config/properties.ts'

/** A line, or the reader's configuration, that cannot be used. */
export class ReaderError extends Error {}

const isTrue = (text: string | undefined): boolean => text?.trim().toLowerCase() === 'true'

type Header = NonNullable<ProducerRecord['headers']>[number]

/** Makes a record of a line: `headers⇥key⇥value`, of which headers and key only when they are asked for. */
export class LineMessageReader {
  readonly #topic: string
  readonly #parseKey: boolean
  readonly #parseHeaders: boolean
  readonly #ignoreError: boolean
  readonly #keySeparator: string
  readonly #headersDelimiter: string
  readonly #headersSeparator: string
  readonly #headersKeySeparator: string
  readonly #nullMarker: string | undefined
  #lineNumber = 0

  constructor(topic: string, properties: Properties) {
    this.#topic = topic
    this.#parseKey = isTrue(properties.get('parse.key'))
    this.#parseHeaders = isTrue(properties.get('parse.headers'))
    this.#ignoreError = isTrue(properties.get('ignore.error'))
    this.#keySeparator = properties.get('key.separator') ?? '\t'
    this.#headersDelimiter = properties.get('headers.delimiter') ?? '\t'
    this.#headersSeparator = properties.get('headers.separator') ?? ','
    this.#headersKeySeparator = properties.get('headers.key.separator') ?? ':'
    this.#nullMarker = properties.get('null.marker')
    this.#check()
  }

  /** @throws ReaderError when a separator is missing and `ignore.error` is not set */
  read(line: string): ProducerRecord {
    this.#lineNumber++
    const headers = this.#part(this.#parseHeaders, line, 0, this.#headersDelimiter, 'headers delimiter')
    const keyAt = headers === undefined ? 0 : headers.length + this.#headersDelimiter.length
    const key = this.#part(this.#parseKey, line, keyAt, this.#keySeparator, 'key separator')
    const valueAt = key === undefined ? keyAt : keyAt + key.length + this.#keySeparator.length
    const hasHeaders = headers !== undefined && headers !== this.#nullMarker
    return {
      topic: this.#topic,
      key: key === undefined ? null : this.#nullable(key),
      value: this.#nullable(line.slice(valueAt)),
      ...(hasHeaders && { headers: this.#splitHeaders(headers) }),
    }
  }

  #check(): void {
    const named = [
      ['headers.delimiter', this.#headersDelimiter],
      ['headers.separator', this.#headersSeparator],
      ['headers.key.separator', this.#headersKeySeparator],
    ] as const
    for (const [index, [name, text]] of named.entries()) {
      for (const [other, otherText] of named.slice(index + 1)) {
        if (text === otherText) throw new ReaderError(`${name} and ${other} may not be equal`)
      }
    }
    const [delimiter, separator, keySeparator] = named
    for (const [name, text] of [['key.separator', this.#keySeparator] as const, separator, delimiter, keySeparator]) {
      if (text === this.#nullMarker) throw new ReaderError(`null.marker and ${name} may not be equal`)
    }
  }

  #part(enabled: boolean, line: string, start: number, separator: string, name: string): string | undefined {
    if (!enabled) return undefined
    const end = line.indexOf(separator, start)
    if (end >= 0) return line.slice(start, end)
    if (this.#ignoreError) return undefined
    throw new ReaderError(`No ${name} found on line number ${this.#lineNumber}: '${line}'`)
  }

  #splitHeaders(text: string): readonly Header[] {
    return text.split(this.#headersSeparator).map((pair) => {
      const at = pair.indexOf(this.#headersKeySeparator)
      if (at < 0) {
        if (this.#ignoreError) return { key: pair, value: null }
        throw new ReaderError(`No header key separator found in pair '${pair}' on line number ${this.#lineNumber}`)
      }
      const key = pair.slice(0, at)
      if (key === this.#nullMarker) {
        throw new ReaderError(
          `Header keys should not be equal to the null marker '${this.#nullMarker}' as they can't be null`,
        )
      }
      return { key, value: this.#nullable(pair.slice(at + this.#headersKeySeparator.length)) }
    })
  }

  #nullable(text: string): string | null {
    return text === this.#nullMarker ? null : text
  }
}

import { ProtocolError } from '../../protocol-error.ts'

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Reads primitive types one by one, each bounded by the end of the bytes. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  position: number
  /** How many array elements may still come. */
  elementsLeft: number

  constructor(bytes: Uint8Array, offset: number, maxElements: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.position = offset
    this.elementsLeft = maxElements
  }

  get remaining(): number {
    return this.#bytes.length - this.position
  }

  int8(path: string): number {
    return this.#view.getInt8(this.#advance(1, path))
  }

  int16(path: string): number {
    return this.#view.getInt16(this.#advance(2, path))
  }

  uint16(path: string): number {
    return this.#view.getUint16(this.#advance(2, path))
  }

  int32(path: string): number {
    return this.#view.getInt32(this.#advance(4, path))
  }

  uint32(path: string): number {
    return this.#view.getUint32(this.#advance(4, path))
  }

  int64(path: string): bigint {
    return this.#view.getBigInt64(this.#advance(8, path))
  }

  float64(path: string): number {
    return this.#view.getFloat64(this.#advance(8, path))
  }

  unsignedVarint(path: string): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#advance(1, path)]!
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) {
        if (value > 0xffff_ffff) break
        return value
      }
    }
    throw new ProtocolError(`${path}: a varint of more than 32 bits`)
  }

  /** A view, not a copy. */
  bytes(length: number, path: string): Uint8Array {
    const start = this.#advance(length, path)
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, length)
  }

  text(length: number, path: string): string {
    return utf8.decode(this.bytes(length, path))
  }

  #advance(size: number, path: string): number {
    const start = this.position
    if (size > this.#bytes.length - start) {
      throw new ProtocolError(`${path}: ${size} bytes expected where only ${this.remaining} are left`)
    }
    this.position = start + size
    return start
  }
}

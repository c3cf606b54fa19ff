/** Turns bytes into the text that Java's deserializer of this name and `toString` would make of them. */
export type Deserializer = (bytes: Uint8Array) => string

const view = (bytes: Uint8Array, size: number): DataView => {
  if (bytes.length !== size) throw new Error(`Size of data received by the deserializer is not ${size}`)
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

const byName: Readonly<Record<string, Deserializer>> = {
  StringDeserializer: (bytes) => Buffer.from(bytes).toString('utf8'),
  ShortDeserializer: (bytes) => String(view(bytes, 2).getInt16(0)),
  IntegerDeserializer: (bytes) => String(view(bytes, 4).getInt32(0)),
  LongDeserializer: (bytes) => String(view(bytes, 8).getBigInt64(0)),
  FloatDeserializer: (bytes) => javaNumber(view(bytes, 4).getFloat32(0), true),
  DoubleDeserializer: (bytes) => javaNumber(view(bytes, 8).getFloat64(0), false),
  BooleanDeserializer: (bytes) => String(view(bytes, 1).getUint8(0) === 1),
  UUIDDeserializer: (bytes) => Buffer.from(bytes).toString('utf8').toLowerCase(),
}

/** By class name, with Kafka's package in front; undefined when there is none. */
export function deserializerOf(className: string): Deserializer | undefined {
  const prefix = 'org.apache.kafka.common.serialization.'
  const name = className.startsWith(prefix) ? className.slice(prefix.length) : ''
  return Object.hasOwn(byName, name) ? byName[name] : undefined
}

/** Java writes whole numbers with `.0` and uses exponents below a thousandth and from ten million on. */
function javaNumber(value: number, single: boolean): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
  if (Object.is(value, -0)) return '-0.0'
  const digits = single ? shortestSingle(value) : value
  const size = Math.abs(value)
  if (value === 0 || (size >= 1e-3 && size < 1e7)) return Number.isInteger(digits) ? `${digits}.0` : String(digits)
  const [mantissa, exponent] = digits.toExponential().split('e') as [string, string]
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`
}

/** The shortest decimal that is nearest to this single-precision number. */
function shortestSingle(value: number): number {
  for (let precision = 1; precision < 9; precision++) {
    const candidate = Number(value.toPrecision(precision))
    if (Math.fround(candidate) === value) return candidate
  }
  return value
}

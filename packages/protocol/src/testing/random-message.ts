import { defaultValue } from '../codec/defaults.ts'
import type { FieldLayout, StructLayout } from '../codec/layout.ts'
import type { ScalarKind } from '../schema/kinds.ts'
import { uuidToString } from '../uuid.ts'
import type { Random } from './random.ts'

export interface RandomMessage {
  /** To encode: some of what may be left out is left out. */
  readonly input: Readonly<Record<string, unknown>>
  /** What decoding must give: every field there. */
  readonly output: Readonly<Record<string, unknown>>
}

/** A value that uses everything its version has: nulls, extremes, empty and long, defaults left out. */
export function randomMessage(random: Random, struct: StructLayout): RandomMessage {
  const input: Record<string, unknown> = {}
  const output: Record<string, unknown> = {}
  for (const field of struct.all) {
    const missing = struct.absent.includes(field) || (isEncodableDefault(field) && random.chance(0.1))
    const value = missing ? undefined : randomField(random, field)
    output[field.name] = value === undefined ? defaultValue(field) : value.output
    if (value !== undefined) input[field.name] = value.input
  }
  return { input, output }
}

/** Kafka has fields whose default is null although their version does not allow it: absent, they cannot be written. */
function isEncodableDefault(field: FieldLayout): boolean {
  return field.default !== null || field.nullable
}

interface Pair {
  readonly input: unknown
  readonly output: unknown
}

function same(value: unknown): Pair {
  return { input: value, output: value }
}

function randomField(random: Random, field: FieldLayout): Pair {
  if (field.nullable && random.chance(0.2)) return same(null)
  switch (field.kind) {
    case 'struct':
      return randomMessage(random, field.struct!)
    case 'array': {
      const length = random.oneOf([0, 1, 1, 2, 3])
      const elements = Array.from({ length }, () =>
        field.element === 'struct' ? randomMessage(random, field.struct!) : same(randomScalar(random, field.element!)),
      )
      return { input: elements.map((each) => each.input), output: elements.map((each) => each.output) }
    }
    case 'records': {
      const slices = Array.from({ length: random.below(3) }, () => random.bytes(random.oneOf([0, 5, 70])))
      const joined = Uint8Array.from(slices.flatMap((slice) => [...slice]))
      return { input: random.chance(0.5) ? slices : joined, output: joined }
    }
    default:
      return same(randomScalar(random, field.kind))
  }
}

const INTEGERS = {
  int8: [-0x80, -1, 0, 1, 0x7f],
  int16: [-0x8000, -1, 0, 1, 0x1234, 0x7fff],
  int32: [-0x8000_0000, -1, 0, 1, 0x1234_5678, 0x7fff_ffff],
  uint16: [0, 1, 0x8000, 0xffff],
  uint32: [0, 1, 0x8000_0000, 0xffff_ffff],
} as const

const NUMBERS = [0, 1, -1, 0xffff_ffff, 0x1_0000_0000, -0x1_0000_0001, 2 ** 53 - 1, 1 - 2 ** 53, 2 ** 63, -(2 ** 63)]

const TEXTS = [
  '',
  'a',
  'topic',
  'kafka.example.org',
  'ein längerer Name',
  '主题',
  '🦊 und 🐔',
  'x'.repeat(126),
  'é'.repeat(64),
]

function randomScalar(random: Random, kind: ScalarKind): unknown {
  switch (kind) {
    case 'bool':
      return random.chance(0.5)
    case 'int64':
      return random.chance(0.5) ? random.oneOf(NUMBERS) : random.below(2 ** 31) * random.below(2 ** 22)
    case 'int64Exact':
      return random.oneOf([0n, -1n, 0x7fff_ffff_ffff_ffffn, -0x8000_0000_0000_0000n, 0x1234_5678_9abc_def0n])
    case 'float64':
      return random.oneOf([0, -1.5, Math.PI, 1e300, Infinity])
    case 'string':
      return random.oneOf(TEXTS)
    case 'uuid':
      return uuidToString(random.bytes(16))
    case 'bytes':
    case 'records':
      return random.bytes(random.oneOf([0, 1, 20, 200]))
    default:
      return random.oneOf(INTEGERS[kind])
  }
}

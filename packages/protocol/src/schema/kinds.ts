import type { Uuid } from '../uuid.ts'

/** What each scalar kind is in a decoded message. */
export interface ScalarTypes {
  bool: boolean
  int8: number
  int16: number
  int32: number
  uint16: number
  uint32: number
  /** Exact to 2^53; `Long.MAX_VALUE` and `Long.MIN_VALUE` survive as ±2^63. */
  int64: number
  /** An int64 of which every bit counts, such as a hash. */
  int64Exact: bigint
  float64: number
  string: string
  uuid: Uuid
  /** A view into the frame, not a copy. */
  bytes: Uint8Array
  /** Record batches, opaque here: a view into the frame, not a copy. */
  records: Uint8Array
}

export type ScalarKind = keyof ScalarTypes

export type FieldKind = ScalarKind | 'array' | 'struct'

/** The largest and the smallest int64, which Kafka uses as "no bound"; both are powers of two and thus exact as numbers. */
export const INT64_MAX: number = 2 ** 63
export const INT64_MIN: number = -(2 ** 63)

import type { FieldKind } from '../../schema/kinds.ts'

/** The kinds whose values all take the same number of bytes in every version. */
const FIXED_SIZES: Readonly<Partial<Record<FieldKind, number>>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  uint16: 2,
  uint32: 4,
  int64: 8,
  int64Exact: 8,
  float64: 8,
  uuid: 16,
}

export function fixedSize(kind: FieldKind): number | undefined {
  return FIXED_SIZES[kind]
}

/** A range of versions as Kafka's definitions write it: `'3+'`, `'0-7'`, `'2'` or `'none'`. */
export type Versions = `${number}+` | `${number}-${number}` | `${number}` | 'none'

export interface VersionRange {
  readonly min: number
  /** Infinity for an open range. */
  readonly max: number
}

const NO_VERSIONS: VersionRange = { min: 0, max: -1 }

const parsed = new Map<string, VersionRange>()

/** Ranges repeat a few dozen spellings over thousands of fields, so each spelling is parsed once. */
export function parseVersions(text: string): VersionRange {
  let range = parsed.get(text)
  if (range === undefined) {
    range = parse(text)
    parsed.set(text, range)
  }
  return range
}

function parse(text: string): VersionRange {
  if (text === 'none') return NO_VERSIONS
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text)
  if (match === null) throw new TypeError(`'${text}' is not a range of versions`)
  const min = Number(match[1])
  if (match[2] === '+') return { min, max: Infinity }
  return { min, max: match[3] === undefined ? min : Number(match[3]) }
}

export function hasVersion(text: string | undefined, version: number): boolean {
  if (text === undefined) return false
  const range = parseVersions(text)
  return version >= range.min && version <= range.max
}

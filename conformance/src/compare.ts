import type { Normal } from './normalise.ts'

/** One place where the answers differ; `undefined` is the absence of the field or element. */
export interface Difference {
  readonly path: string
  readonly apache: Normal | undefined
  readonly milena: Normal | undefined
}

/** Elements of arrays that have a name are compared by it, so that one that is missing does not shift the others. */
const names = ['name', 'apiKey', 'groupId'] as const

type Struct = Readonly<Record<string, Normal>>

function isStruct(value: Normal | undefined): value is Struct {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Every difference, with its path: `results[0].configs[name=retention.ms].value`. */
export function compare(apache: Normal | undefined, milena: Normal | undefined, path = ''): Difference[] {
  if (Array.isArray(apache) && Array.isArray(milena)) return compareArrays(apache, milena, path)
  if (isStruct(apache) && isStruct(milena)) {
    const keys = new Set([...Object.keys(apache), ...Object.keys(milena)])
    return [...keys].flatMap((key) => compare(apache[key], milena[key], path === '' ? key : `${path}.${key}`))
  }
  return Object.is(apache, milena) ? [] : [{ path: path === '' ? '(answer)' : path, apache, milena }]
}

function compareArrays(apache: readonly Normal[], milena: readonly Normal[], path: string): Difference[] {
  const key = keyOf(apache, milena)
  if (key === undefined) {
    const length = Math.max(apache.length, milena.length)
    return Array.from({ length }, (_, index) => compare(apache[index], milena[index], `${path}[${index}]`)).flat()
  }
  const idOf = (element: Normal): string => show((element as Struct)[key])
  const found = new Map(milena.map((element) => [idOf(element), element]))
  const differences = apache.flatMap((element) => {
    const id = idOf(element)
    const other = found.get(id)
    found.delete(id)
    return compare(element, other, `${path}[${key}=${id}]`)
  })
  for (const [id, element] of found) {
    differences.push({ path: `${path}[${key}=${id}]`, apache: undefined, milena: element })
  }
  if (differences.length > 0) return differences
  const [left, right] = [apache, milena].map((elements) => elements.map(idOf).join(' '))
  return left === right ? [] : [{ path: `${path} (order)`, apache: left, milena: right }]
}

/** The field by which the elements of both can be told apart, if there is one. */
function keyOf(apache: readonly Normal[], milena: readonly Normal[]): string | undefined {
  return names.find((name) =>
    [apache, milena].every((elements) => {
      const ids = elements.map((element) => (isStruct(element) ? element[name] : undefined))
      return !ids.includes(undefined) && new Set(ids).size === ids.length
    }),
  )
}

/** How a value stands in a path, a pattern or a report. */
export function show(value: Normal | undefined): string {
  return value === undefined ? 'absent' : typeof value === 'string' ? value : JSON.stringify(value)
}

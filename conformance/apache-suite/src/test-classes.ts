// classes.txt as the runner reads it: a line `GROUP CLASS [ci]` for each test class of Apache Kafka.

export interface TestClass {
  readonly group: string
  /** With its package. */
  readonly name: string
  /** As reports and baselines have it. */
  readonly simpleName: string
  readonly isInCi: boolean
}

/** Needs what one broker does not have, and runs only when it is asked for. */
const byRequest = new Set(['cluster', 'security'])

export interface Selection {
  /** Simple names; where there are any, nothing else counts. */
  readonly names: readonly string[]
  readonly group?: string | undefined
  readonly isCi: boolean
}

export function parseClasses(text: string): TestClass[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => {
    const [group, name, mark, ...rest] = line.split(' ')
    if (name === undefined || (mark !== undefined && mark !== 'ci') || rest.length > 0) {
      throw new Error(`classes.txt: cannot read ${line}`)
    }
    return { group: group!, name, simpleName: name.slice(name.lastIndexOf('.') + 1), isInCi: mark === 'ci' }
  })
}

/** Throws where a name is not that of a class, so that a typing error does not look like success. */
export function select(classes: readonly TestClass[], { names, group, isCi }: Selection): TestClass[] {
  for (const name of names) {
    if (!classes.some(({ simpleName }) => simpleName === name)) throw new Error(`classes.txt has no ${name}`)
  }
  if (names.length > 0) return classes.filter(({ simpleName }) => names.includes(simpleName))
  if (isCi) return classes.filter(({ isInCi }) => isInCi)
  if (group === undefined) return classes.filter((each) => !byRequest.has(each.group))
  const found = classes.filter((each) => each.group === group)
  if (found.length === 0) throw new Error(`classes.txt has no group ${group}`)
  return found
}

// exceptions.md as the runner reads it: a list item that begins with `CLASS TEST` in backquotes, where `*` stands
// for anything, is a test that Apache Kafka passes and Milena does not; the rest of the item is the reason.

export interface Exception {
  readonly pattern: string
  readonly reason: string
  readonly matches: (className: string, testName: string) => boolean
}

const item = /^- `([\w*]+) ([^`]+)` (.+)$/s

/** Throws when an item cannot be read, or has no reason. */
export function parseExceptions(text: string): Exception[] {
  return text
    .split(/\n(?=- `)/)
    .slice(1)
    .map((each) => {
      const joined = each
        .split(/\n\n|\n#/)[0]!
        .replaceAll(/\n\s+/g, ' ')
        .trim()
      const match = item.exec(joined)
      if (match === null) throw new Error(`exceptions.md: cannot read ${joined}`)
      const [, className, testName, reason] = match
      if (reason!.length < 20) throw new Error(`exceptions.md: ${joined} needs a reason`)
      const pattern = `${className} ${testName}`
      const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
      const whole = new RegExp(`^${escaped}$`)
      return { pattern, reason: reason!, matches: (ofClass, ofTest) => whole.test(`${ofClass} ${ofTest}`) }
    })
}

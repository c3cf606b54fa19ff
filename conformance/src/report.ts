import { show } from './compare.ts'
import type { History } from './history.ts'
import type { Finding, PlayResult } from './play.ts'
import type { Exchange } from './session.ts'

interface Count {
  histories: number
  exchanges: number
  open: number
}

const shownPerKind = 2
const shownPlaces = 80

/** Counts what was compared, by API, and prints what differs as soon as it is found. */
export class Report {
  open = 0
  readonly #trace: boolean
  readonly #counts = new Map<string, Count>()
  readonly #titles = new Set<string>()
  readonly #meant = new Map<string, number>()
  /** Histories that could not be played, by the API that they need. */
  readonly #notSpoken = new Map<string, Set<string>>()
  /** How often each kind of difference was found: one bug shows in many versions and histories. */
  readonly #kinds = new Map<string, number>()
  /** What differed while other histories were played, and not again when alone. */
  readonly #passed: Finding[] = []

  /** With `trace`, what was said before a difference is shown, too. */
  constructor({ trace }: { readonly trace: boolean }) {
    this.#trace = trace
  }

  add(history: History, result: PlayResult): void {
    if (result.notSpoken !== undefined) {
      const titles = this.#notSpoken.get(result.notSpoken) ?? new Set()
      this.#notSpoken.set(result.notSpoken, titles.add(history.title))
      return
    }
    if (!this.#titles.has(history.title)) this.#count(history.subjects[0]!).histories++
    this.#titles.add(history.title)
    for (const { api } of result.compared) this.#count(api).exchanges++
    for (const finding of result.findings) {
      this.open++
      this.#count(finding.exchange.api).open++
      if (this.#trace) for (const before of result.compared.slice(0, finding.step - 1)) showExchange(before)
      this.#show(finding)
    }
  }

  /** Notes that a difference was one that is meant. */
  meant(pattern: string): void {
    this.#meant.set(pattern, (this.#meant.get(pattern) ?? 0) + 1)
  }

  passed(finding: Finding): void {
    this.#passed.push(finding)
  }

  /** Says again and again how far the run is, to whom waits for it: on stderr, since what is found is on stdout. */
  tell(everyMs: number, suspected: () => number): Disposable {
    const begunMs = Date.now()
    const timer = setInterval(() => {
      const minutes = Math.round((Date.now() - begunMs) / 60_000)
      const exchanges = [...this.#counts.values()].reduce((sum, count) => sum + count.exchanges, 0)
      console.error(
        `conformance: ${minutes} min, ${this.#titles.size} histories, ${exchanges} exchanges, ${this.open} open, ` +
          `${suspected()} to be played again alone`,
      )
    }, everyMs)
    return { [Symbol.dispose]: () => clearInterval(timer) }
  }

  print(spoken: readonly string[]): void {
    console.log('\nAPI                        histories  exchanges  open')
    const row = (name: string, { histories, exchanges, open }: Count): void =>
      console.log(
        `${name.padEnd(26)} ${`${histories}`.padStart(9)}  ${`${exchanges}`.padStart(9)}  ${`${open}`.padStart(4)}`,
      )
    const total = { histories: 0, exchanges: 0, open: 0 }
    for (const name of new Set([...spoken, ...this.#counts.keys()])) {
      const count = this.#counts.get(name) ?? { histories: 0, exchanges: 0, open: 0 }
      row(name, count)
      total.histories += count.histories
      total.exchanges += count.exchanges
      total.open += count.open
    }
    row('all', total)
    for (const [api, titles] of this.#notSpoken) {
      console.log(`not played, since one of the brokers does not have ${api}: ${titles.size} histories`)
    }
    for (const [pattern, times] of this.#meant) console.log(`meant (${times} times): ${pattern}`)
    for (const { title, exchange, step, differences } of this.#passed) {
      const [first] = differences
      const what = `${first!.path}: ${show(first!.apache).slice(0, 60)} ~ ${show(first!.milena).slice(0, 60)}`
      console.log(
        `beside others, not when alone: ${exchange.api} v${exchange.version}, step ${step} of "${title}", ${what}`,
      )
    }
    const kinds = this.#kinds.size
    console.log(this.open === 0 ? 'no difference is unexplained' : `${this.open} open, of ${kinds} kinds`)
  }

  #count(api: string): Count {
    let count = this.#counts.get(api)
    if (count === undefined) this.#counts.set(api, (count = { histories: 0, exchanges: 0, open: 0 }))
    return count
  }

  #show({ title, exchange, step, differences }: Finding): void {
    const { path, apache, milena } = differences[0]!
    const kind = `${exchange.api} ${path.replaceAll(/\[\d+\]/g, '[]')} ${show(apache)} ${show(milena)}`
      .replaceAll(/\[name=[^\]]*\]\.configs/g, '[].configs')
      .slice(0, 200)
    const times = (this.#kinds.get(kind) ?? 0) + 1
    this.#kinds.set(kind, times)
    if (times > shownPerKind) return
    console.log(`\n${exchange.api} v${exchange.version}, step ${step} of "${title}"`)
    console.log(`  asked:  ${JSON.stringify(exchange.request).slice(0, 1000)}`)
    for (const each of differences.slice(0, shownPlaces)) {
      console.log(`  ${each.path}`)
      console.log(`    apache: ${show(each.apache).slice(0, 600)}`)
      console.log(`    milena: ${show(each.milena).slice(0, 600)}`)
    }
    if (differences.length > shownPlaces) console.log(`  and ${differences.length - shownPlaces} more`)
  }
}

export function showExchange({ api, version, request, outcome }: Exchange): void {
  console.log(`${api} v${version} ${JSON.stringify(request)}\n  -> ${JSON.stringify(outcome)}`)
}

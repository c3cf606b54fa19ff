/** How often each name counts; names that do not count are absent. */
export class Tally {
  readonly #counts = new Map<string, number>()

  get size(): number {
    return this.#counts.size
  }

  get(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  has(name: string): boolean {
    return this.#counts.has(name)
  }

  keys(): IterableIterator<string> {
    return this.#counts.keys()
  }

  entries(): IterableIterator<[string, number]> {
    return this.#counts.entries()
  }

  add(name: string, change: number): void {
    const count = this.get(name) + change
    if (count === 0) this.#counts.delete(name)
    else this.#counts.set(name, count)
  }
}

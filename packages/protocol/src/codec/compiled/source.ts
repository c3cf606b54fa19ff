/** Collects the lines of generated source and hands out names that do not clash. */
export class Source {
  readonly #lines: string[] = []
  #names = 0

  line(text: string): void {
    this.#lines.push(text)
  }

  name(prefix: string): string {
    return `${prefix}${this.#names++}`
  }

  toString(): string {
    return this.#lines.join('\n')
  }
}

export const quote: (text: string) => string = JSON.stringify

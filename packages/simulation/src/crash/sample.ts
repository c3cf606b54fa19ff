/**
 * Which of very many cases are tried: one in so many, with each part other ones. As many parts as that, one behind the
 * other, have tried every case; the same part tries the same ones every time.
 */
export class Sample {
  static readonly everything: SampleShape = { oneIn: 1, part: 0 }
  readonly #oneIn: number
  #next: number

  constructor({ oneIn, part }: SampleShape) {
    this.#oneIn = oneIn
    this.#next = part % oneIn
  }

  /** Whether the next case is one of them. */
  takes(): boolean {
    this.#next = (this.#next + 1) % this.#oneIn
    return this.#next === 0
  }
}

export interface SampleShape {
  readonly oneIn: number
  readonly part: number
}

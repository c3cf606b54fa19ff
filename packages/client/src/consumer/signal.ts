/** Lets waiting code go on when something has happened; a notice that nobody waits for is kept for the next. */
export class Signal {
  #notified = false
  #waiting: (() => void)[] = []

  notify(): void {
    this.#notified = true
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Resolves at the next notice, or at once if there was one since the last wait. */
  wait(): Promise<void> {
    if (this.#notified) {
      this.#notified = false
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      this.#waiting.push(() => {
        this.#notified = false
        resolve()
      })
    })
  }
}

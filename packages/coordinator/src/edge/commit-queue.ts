import type { PendingRequest } from './pending-request.ts'

/** What one operation has to give away once everything written up to `offset` is committed. */
export interface Held<Task> {
  readonly offset: number
  readonly deadlineMs: number
  answers: readonly { readonly request: PendingRequest; readonly value: unknown }[]
  readonly tasks: readonly Task[]
}

/** Answers and tasks in the order of the log, waiting for it to be committed. */
export class CommitQueue<Task> {
  #held: Held<Task>[] = []
  #head = 0

  get isEmpty(): boolean {
    return this.#head === this.#held.length
  }

  /** When the first answer will have waited too long. */
  get nextDeadlineMs(): number | undefined {
    return this.#held.slice(this.#head).find(({ answers }) => answers.length > 0)?.deadlineMs
  }

  push(held: Held<Task>): void {
    this.#held.push(held)
  }

  release(committedOffset: number, startTask: (task: Task) => void): void {
    for (let held = this.#held[this.#head]; held !== undefined; held = this.#held[this.#head]) {
      if (held.offset > committedOffset) break
      this.#head++
      for (const { request, value } of held.answers) request.answer(value)
      for (const task of held.tasks) startTask(task)
    }
    if (this.#head === this.#held.length) this.#clear()
    else if (this.#head > 256) {
      this.#held.splice(0, this.#head)
      this.#head = 0
    }
  }

  /** Gives up on answers that waited too long; their records may still be committed, so their tasks stay. */
  expire(nowMs: number, error: Error): void {
    for (const held of this.#held.slice(this.#head)) {
      if (held.deadlineMs > nowMs) return
      for (const { request } of held.answers) request.fail(error)
      held.answers = []
    }
  }

  failAll(error: Error): void {
    const held = this.#held.slice(this.#head)
    this.#clear()
    for (const { answers } of held) for (const { request } of answers) request.fail(error)
  }

  #clear(): void {
    this.#held = []
    this.#head = 0
  }
}

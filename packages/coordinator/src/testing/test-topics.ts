import type { ExpressionEngine } from '../expression/expression.ts'
import type { TopicsView } from '../group/group-types.ts'

/** For tests in which nobody has an expression. */
export const noExpressions = (): ExpressionEngine => {
  throw new Error('nobody has an expression')
}

/** Topics of a test, with ids that say whose they are: of `t1` it is `#t1`. */
export class TestTopics implements TopicsView {
  readonly #partitions = new Map<string, number>()
  #version = 0
  #newTopicsVersion = 0

  /** No partitions: the topic is gone. */
  set(name: string, partitions: number): void {
    this.#version++
    if (!this.#partitions.has(name)) this.#newTopicsVersion = this.#version
    if (partitions === 0) this.#partitions.delete(name)
    else this.#partitions.set(name, partitions)
  }

  /** A test that names no topic does not care which there are. */
  get #isOpen(): boolean {
    return this.#version === 0
  }

  hasTopic(name: string): boolean {
    return this.#isOpen || this.#partitions.has(name)
  }

  hasPartition(name: string, partition: number): boolean {
    return this.#isOpen || partition < this.partitionCount(name)
  }

  topicId(name: string): string | undefined {
    return this.#partitions.has(name) ? `#${name}` : undefined
  }

  topicName(id: string): string | undefined {
    const name = id.slice(1)
    return this.#partitions.has(name) ? name : undefined
  }

  partitionCount(name: string): number {
    return this.#partitions.get(name) ?? 0
  }

  topicNames(): Iterable<string> {
    return this.#partitions.keys()
  }

  version(): number {
    return this.#version
  }

  newTopicsVersion(): number {
    return this.#newTopicsVersion
  }
}

import type {
  CoordinatorOutcome,
  CoordinatorShard,
  Operation,
  RecordProducer,
  ShardTypes,
  TimelineClock,
  TransactionEnd,
} from '../runtime/coordinator-shard.ts'

/** Makes everything reachable from a value refuse to be changed, maps and sets included. */
export const deepFreeze = <V>(value: V): V => {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value
  if (value instanceof Map || value instanceof Set) {
    const refuse = (): never => {
      throw new Error('A frozen collection was changed.')
    }
    for (const method of ['set', 'add', 'delete', 'clear']) Object.defineProperty(value, method, { value: refuse })
    for (const [key, entry] of value.entries()) {
      deepFreeze(key)
      deepFreeze(entry)
    }
  }
  Object.freeze(value)
  for (const property of Object.values(value)) deepFreeze(property)
  return value
}

/**
 * Runs a shard so that a decision that changes anything fails at once: while one is made the timeline refuses every
 * change, and what is put into the state is frozen.
 */
export class SealedShard<T extends ShardTypes> implements CoordinatorShard<T> {
  readonly #shard: CoordinatorShard<T>
  #isDeciding = false
  /** Sees every outcome before it is carried out. */
  onOutcome: (outcome: CoordinatorOutcome<T>) => void = () => undefined

  constructor(shard: CoordinatorShard<T>) {
    this.#shard = shard
  }

  operation<Request, Response>(operation: Operation<T, Request, Response>): Operation<T, Request, Response> {
    return (state, request, context) => this.#decide(() => operation(state, deepFreeze(request), context))
  }

  initial(clock: TimelineClock): T['state'] {
    const isDeciding = (): boolean => this.#isDeciding
    return this.#shard.initial({
      get writtenOffset() {
        if (isDeciding()) throw new Error('A decision changed the state.')
        return clock.writtenOffset
      },
      get committedOffset() {
        return clock.committedOffset
      },
      remember: (offset, owner, key) => clock.remember(offset, owner, key),
    })
  }

  onTimer(...args: Parameters<CoordinatorShard<T>['onTimer']>): CoordinatorOutcome<T> {
    return this.#decide(() => this.#shard.onTimer(...args))
  }

  onRefused(...args: Parameters<CoordinatorShard<T>['onRefused']>): CoordinatorOutcome<T> {
    return this.#decide(() => this.#shard.onRefused(...args))
  }

  onLoaded(...args: Parameters<CoordinatorShard<T>['onLoaded']>): CoordinatorOutcome<T> {
    return this.#decide(() => this.#shard.onLoaded(...args))
  }

  replay(state: T['state'], record: T['record'], offset: number, producer?: RecordProducer): void {
    this.#shard.replay(state, deepFreeze(record), offset, producer)
  }

  endTransaction(state: T['state'], end: TransactionEnd, offset: number): void {
    this.#shard.endTransaction?.(state, deepFreeze(end), offset)
  }

  apply(state: T['state'], change: T['change']): void {
    this.#shard.apply(state, deepFreeze(change))
  }

  #decide<Outcome extends CoordinatorOutcome<T>>(decide: () => Outcome): Outcome {
    this.#isDeciding = true
    try {
      const outcome = decide()
      this.onOutcome(outcome)
      return outcome
    } finally {
      this.#isDeciding = false
    }
  }
}

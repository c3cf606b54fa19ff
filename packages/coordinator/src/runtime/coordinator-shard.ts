/**
 * The shape of everything that coordinates (groups, transactions, share state): pure functions over a state, which
 * say what shall be written, remembered, answered and done. A runtime at the edge carries it out.
 */

/** Names one request while it waits. Given by the runtime; never reused while the partition stays loaded. */
export type RequestId = number

/**
 * The types of one shard, in one bundle, so that signatures stay short.
 *
 * - `state`: what the coordinator of one partition knows.
 * - `record`: what is written to the internal topic; `replay` is the only way it reaches the state.
 * - `change`: soft state, forgotten with the process and never written (who waits, who is pending).
 * - `event`: what comes back to the shard by itself: a timer that fired, a refused write.
 * - `task`: work for the edge (for instance, transaction markers to send), as plain data.
 * - `reply`: what may be answered to a request that waits.
 * - `environment`: what the machine may ask about besides its state: configuration, topics.
 */
export interface ShardTypes {
  state: object
  record: object
  change: object
  event: object
  task: object
  reply: unknown
  environment: object
}

/** What an operation may know besides the state. Time is read once per operation. */
export interface OperationContext<T extends ShardTypes> {
  readonly nowMs: number
  readonly environment: T['environment']
  /** A random UUID in the text form of RFC 4122. */
  readonly nextUuid: () => string
}

/** Who asks. */
export interface ClientContext {
  readonly clientId: string
  /** The address as Kafka prints it, for instance `/127.0.0.1`. */
  readonly clientHost: string
  readonly apiVersion: number
}

export interface RequestContext<T extends ShardTypes> extends OperationContext<T>, ClientContext {
  /** The name under which this request can be answered later, by this operation or by another one. */
  readonly requestId: RequestId
}

/** In whose transaction records stand in the log: they count when its marker says so. */
export interface RecordProducer {
  readonly producerId: number
  readonly producerEpoch: number
  /** What the log gave out before the transaction's coordinator was asked, where it must be (KIP-890). */
  readonly verification?: { readonly guard: object | undefined }
}

/** Ends a producer's transaction in one partition. */
export interface TransactionEnd extends RecordProducer {
  readonly isCommit: boolean
}

export type LogFields = Readonly<Record<string, string | number>>

export type Effect<T extends ShardTypes> =
  /** Fires `event` after the delay unless set again or cancelled before; a key names one timer. */
  | { readonly kind: 'setTimer'; readonly key: string; readonly delayMs: number; readonly event: T['event'] }
  | { readonly kind: 'cancelTimer'; readonly key: string }
  /** Answers a request that waits; released when the records of the same result are committed. */
  | { readonly kind: 'reply'; readonly requestId: RequestId; readonly value: T['reply'] }
  /** Started when the records of the same result are committed. Its end comes back as an operation. */
  | { readonly kind: 'task'; readonly task: T['task'] }
  /** What comes from outside (names, reasons) belongs in the fields, which are escaped. */
  | {
      readonly kind: 'log'
      readonly level: 'debug' | 'info' | 'warn'
      readonly message: string
      readonly fields: LogFields
    }

/** The answer to the request at hand: known, or coming with a later `reply` effect. */
export type Answer<Response> = { readonly kind: 'now'; readonly value: Response } | { readonly kind: 'later' }

export interface CoordinatorOutcome<T extends ShardTypes> {
  /** Written as one batch; replayed before `changes` are applied. */
  readonly records: readonly T['record'][]
  readonly changes: readonly T['change'][]
  readonly effects: readonly Effect<T>[]
  /** The records are part of this producer's transaction, as one batch. */
  readonly producer?: RecordProducer
  /** The records may be written as several batches, each one sound by itself (expiry, mass deletion). */
  readonly divisible?: boolean
  /** Given to `onRefused` when the log does not take the records. Without it the requester alone learns of it. */
  readonly ifRefused?: T['event']
}

export interface CoordinatorResult<T extends ShardTypes, Response> extends CoordinatorOutcome<T> {
  readonly answer: Answer<Response>
}

/** Decides; must not change the state. */
export type Operation<T extends ShardTypes, Request, Response> = (
  state: T['state'],
  request: Request,
  context: RequestContext<T>,
) => CoordinatorResult<T, Response>

/** Looks at what is committed; answers at once and changes nothing. */
export type ReadOperation<T extends ShardTypes, Request, Response> = (
  state: T['state'],
  request: Request,
  context: RequestContext<T>,
) => Response

export interface CoordinatorShard<T extends ShardTypes> {
  initial(timeline: TimelineClock): T['state']
  /** Time is an event: what a timer meant when it was set. */
  onTimer(state: T['state'], event: T['event'], context: OperationContext<T>): CoordinatorOutcome<T>
  /** The log refused the records of a result that named this event; nothing of that result has happened. */
  onRefused(
    state: T['state'],
    event: T['event'],
    errorCode: number,
    context: OperationContext<T>,
  ): CoordinatorOutcome<T>
  /**
   * Puts one written record into the state: when it was just written, and again at every load. With `producer` it is
   * part of a transaction that has not ended there.
   */
  replay(state: T['state'], record: T['record'], offset: number, producer?: RecordProducer): void
  /** The same for the marker that ends a transaction; for shards whose records can be part of one. */
  endTransaction?(state: T['state'], end: TransactionEnd, offset: number): void
  /** Puts soft state into the state. */
  apply(state: T['state'], change: T['change']): void
  /** The log has been read to its end: soft state is rebuilt, timers are set. */
  onLoaded(state: T['state'], context: OperationContext<T>): CoordinatorOutcome<T>
}

/** What timeline structures need to know: where the log stands and how far it is committed. */
export interface TimelineClock {
  /** The offset that a change made now belongs to. */
  readonly writtenOffset: number
  readonly committedOffset: number
  /** Asks to be told when `key` of `map` has no uncommitted past any more. */
  remember(offset: number, owner: { forget(key: unknown, committedOffset: number): void }, key: unknown): void
}

const NOTHING: readonly never[] = []

/** An answer that writes, remembers and does nothing. */
export const answered = <T extends ShardTypes, Response>(value: Response): CoordinatorResult<T, Response> => ({
  records: NOTHING,
  changes: NOTHING,
  effects: NOTHING,
  answer: { kind: 'now', value },
})

/**
 * Plays a transcript of a share partition: a command a line, everything that happens out. Time, the log's batches and the
 * fate of writes are commands, too.
 *
 *     start offset=0 deliveries=5 in-flight=2000 lock=30000 [renew=no]
 *     load offset=10 10-14:available/1 20-24:acknowledged/2
 *     acquire MEMBER [at=OFFSET] BATCH... [max=N] [size=N] [limit=yes] [aborted=FROM-TO,...]
 *     ack MEMBER FROM-TO:TYPE[,TYPE...] ...
 *     release MEMBER | advance MS | written N | failed N | log-start OFFSET | show
 */
import { recordStates } from '../partition/record-state.ts'
import { SharePartitionMachine } from '../partition/share-partition-machine.ts'
import type { ChangeResult } from '../partition/share-partition-machine.ts'
import { acknowledgeTypes } from '../partition/share-partition-types.ts'
import type {
  AcknowledgementBatch,
  OffsetRange,
  SharePartitionContext,
  SharePartitionEffect,
} from '../partition/share-partition-types.ts'

const NO_STATE = { stateEpoch: 0, startOffset: 0, stateBatches: [] }

export class SharePartitionTranscript {
  #machine = new SharePartitionMachine(NO_STATE)
  #context: SharePartitionContext & { nowMs: number } = contextOf(new Map())
  #timerMs = Infinity
  #output: string[] = []

  run(line: string): string[] {
    this.#output = []
    const [verb = '', ...rest] = line.split(' ')
    const options = new Map(
      rest.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]),
    )
    const words = rest.filter((word) => !word.includes('='))
    this.#execute(verb, words, options)
    return this.#output.length === 0 ? ['nothing'] : this.#output
  }

  #execute(verb: string, words: readonly string[], options: ReadonlyMap<string, string>): void {
    switch (verb) {
      case 'start':
        this.#context = contextOf(options)
        return this.#load(words, options)
      case 'load':
        return this.#load(words, options)
      case 'acquire':
        return this.#acquire(words, options)
      case 'ack':
        return this.#change(this.#machine.acknowledge(words[0]!, words.slice(1).map(acknowledgement), this.#context))
      case 'release':
        return this.#change(this.#machine.release(words[0]!, this.#context))
      case 'advance':
        return this.#advance(Number(words[0]))
      case 'written':
      case 'failed':
        return this.#run(this.#machine.complete(Number(words[0]), verb === 'written', this.#context.nowMs))
      case 'log-start':
        return this.#run(this.#machine.moveStart(Number(words[0])))
      case 'show':
        return this.#show()
      default:
        throw new Error(`there is no command ${verb}`)
    }
  }

  #load(words: readonly string[], options: ReadonlyMap<string, string>): void {
    this.#timerMs = Infinity
    const stateBatches = words.map((word) => {
      const [offsets = '', state = '', count = ''] = word.split(/[:/]/)
      return { ...range(offsets), deliveryState: stateByName(state), deliveryCount: Number(count) }
    })
    const startOffset = Number(options.get('offset') ?? 0)
    this.#machine = new SharePartitionMachine({ stateEpoch: 0, startOffset, stateBatches })
    this.#show()
  }

  #acquire([memberId = '', ...words]: readonly string[], options: ReadonlyMap<string, string>): void {
    if (!this.#machine.canAcquire(this.#context)) return void this.#output.push('nothing can be acquired')
    const nextFetchOffset = this.#machine.nextFetchOffset()
    const fetchOffset = Number(options.get('at') ?? nextFetchOffset)
    if (fetchOffset !== nextFetchOffset) this.#output.push(`would read at ${nextFetchOffset}`)
    const { acquired, effects } = this.#machine.acquire(
      {
        memberId,
        isRecordLimit: options.get('limit') === 'yes',
        maxRecords: Number(options.get('max') ?? 500),
        batchSize: Number(options.get('size') ?? 500),
        fetchOffset,
        batches: words.map(range),
        aborted: (options.get('aborted')?.split(',') ?? []).map(range),
      },
      this.#context,
    )
    const taken = acquired.map(
      ({ firstOffset, lastOffset, deliveryCount }) => `${firstOffset}-${lastOffset}x${deliveryCount}`,
    )
    this.#output.push(`${memberId} has ${taken.length === 0 ? 'nothing' : taken.join(' ')}`)
    this.#run(effects)
  }

  #change({ refusal, writeId, effects }: ChangeResult): void {
    if (refusal !== undefined) this.#output.push(`${refusal.error.name}: ${refusal.message}`)
    else if (writeId === undefined) this.#output.push('ok')
    this.#run(effects)
  }

  #advance(durationMs: number): void {
    this.#context.nowMs += durationMs
    if (this.#context.nowMs < this.#timerMs) return
    this.#timerMs = Infinity
    this.#output.push('the timer fires')
    this.#run(this.#machine.expireLocks(this.#context))
  }

  #run(effects: readonly SharePartitionEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'timer') {
        this.#timerMs = effect.atMs
        this.#output.push(`timer in ${effect.atMs - this.#context.nowMs}ms`)
      } else if (effect.type === 'persist') {
        const { writeId, startOffset, deliveryCompleteCount, stateBatches } = effect
        const batches = stateBatches.map(
          ({ firstOffset, lastOffset, deliveryState, deliveryCount }) =>
            `${firstOffset}-${lastOffset}:${nameOf(deliveryState)}/${deliveryCount}`,
        )
        this.#output.push(
          `write ${writeId}: start=${startOffset} complete=${deliveryCompleteCount} ${batches.join(' ')}`,
        )
      } else this.#output.push('those who wait are woken')
    }
  }

  #show(): void {
    const { startOffset, endOffset, inFlightCount, deliveryCompleteCount } = this.#machine
    const ranges = [...this.#machine.ranges()].map(({ firstOffset, lastOffset, record }) => {
      const holder = record.memberId === '' ? '' : ` by ${record.memberId}`
      const { state, deliveryCount, isChanging } = record
      return `${firstOffset}-${lastOffset} ${nameOf(state)}/${deliveryCount}${holder}${isChanging ? ', being written' : ''}`
    })
    const counts = `in-flight=${inFlightCount} complete=${deliveryCompleteCount}`
    this.#output.push(
      `start=${startOffset} end=${endOffset} next=${this.#machine.nextFetchOffset()} ${counts}`,
      ...ranges,
    )
  }
}

function contextOf(options: ReadonlyMap<string, string>): SharePartitionContext & { nowMs: number } {
  return {
    nowMs: 0,
    maxDeliveryCount: Number(options.get('deliveries') ?? 5),
    maxInFlightRecords: Number(options.get('in-flight') ?? 2000),
    recordLockDurationMs: Number(options.get('lock') ?? 30_000),
    isRenewAcknowledgeEnabled: options.get('renew') !== 'no',
  }
}

function range(text: string): OffsetRange {
  const [firstOffset, lastOffset] = text.split('-').map(Number)
  return { firstOffset: firstOffset!, lastOffset: lastOffset ?? firstOffset! }
}

function acknowledgement(text: string): AcknowledgementBatch {
  const [offsets = '', types = ''] = text.split(':')
  return { ...range(offsets), acknowledgeTypes: types.split(',').map(typeByName) }
}

function typeByName(name: string): number {
  return Object.entries(acknowledgeTypes).find(([key]) => key === name.toUpperCase())?.[1] ?? Number(name)
}

function stateByName(name: string): number {
  return Object.entries(recordStates).find(([key]) => key === name.toUpperCase())?.[1] ?? Number(name)
}

function nameOf(state: number): string {
  const name = Object.entries(recordStates).find(([, id]) => id === state)?.[0]
  return (name ?? String(state)).toLowerCase()
}

import { buildBatch } from '@milena/records'
import type { FileSystem, LogEntry, ManualClock } from '@milena/runtime'
import { captureLogger } from '@milena/runtime'
import type { SimulatedFileSystem } from '../disk/simulated-file-system.ts'
import type { ProducerIdentity } from './broker-client.ts'
import { AnsweredWithError, BrokerClient, nameOf } from './broker-client.ts'
import type { BatchModel, BrokerModel, Happening } from './broker-model.ts'
import { BrokerTimeline, choiceOf, decide } from './broker-model.ts'
import type { BrokerStep } from './broker-step.ts'
import { GroupMembers } from './group-members.ts'
import { QueueConsumer } from './queue-consumer.ts'
import { SimulatedBroker } from './simulated-broker.ts'

/** The config that is changed: it has no effect within a history. */
export const CONFIG = 'retention.ms'

interface Sending {
  readonly topic: string
  readonly partition: number
}

/** A broker on a simulated disk, and its clients: carries out the steps of a history, and notes what was acknowledged. */
export class BrokerWorld {
  readonly fs: SimulatedFileSystem
  readonly clock: ManualClock
  readonly timeline: BrokerTimeline
  /** What a client was told that it should not be. */
  readonly complaints: string[] = []
  broker!: SimulatedBroker
  readonly members = new GroupMembers(this)
  readonly queue = new QueueConsumer(this)
  /** The disk refuses things: some of what clients ask for may be refused too. */
  isForgiving = false
  /** Clients wait for a disk that is going to be mended. */
  isPatient = true
  readonly #disk: FileSystem
  readonly #capture
  #seed: number
  /** Lines before this start. */
  #saidBefore = 0
  readonly #clients = new Map<string, BrokerClient>()
  /** What each producer without transactions has come to, by its name. */
  readonly #producers = new Map<string, ProducerIdentity & { readonly sequences: Map<string, number> }>()
  readonly #transactional = new Map<string, ProducerIdentity>()
  #transactions: number
  readonly #chains = new Map<string, Promise<unknown>>()

  constructor(o: {
    readonly fs: SimulatedFileSystem
    /** What lies between the broker and the disk. */
    readonly disk: FileSystem
    readonly clock: ManualClock
    readonly start: BrokerModel
    readonly seed: number
  }) {
    this.fs = o.fs
    this.#disk = o.disk
    this.clock = o.clock
    this.#capture = captureLogger({ clock: o.clock })
    this.timeline = new BrokerTimeline(o.start)
    this.#seed = o.seed
    this.#transactions = Math.max(0, ...o.start.transactions.keys())
  }

  /** What the broker said. */
  get logged(): readonly LogEntry[] {
    return this.#capture.entries
  }

  /** A folder of this broker is not in use: it could not be taken at the start, or cannot be read any more. */
  get lacksFolder(): boolean {
    const said = this.logged.slice(this.#saidBefore).map(({ message }) => message)
    return said.some(
      (message) => message.startsWith('A log folder is offline') || message === 'A log folder cannot be used',
    )
  }

  get model(): BrokerModel {
    return this.timeline.now
  }

  async open(): Promise<void> {
    this.#clients.clear()
    this.#saidBefore = this.logged.length
    const { clock } = this
    const { logger } = this.#capture
    this.broker = await SimulatedBroker.start({ fs: this.#disk, clock, logger, seed: this.#seed++ })
  }

  record(happening: Happening): void {
    this.timeline.record(this.fs.points.last, happening)
  }

  /** Clients do not wait for each other. */
  client(name: string): BrokerClient {
    const known = this.#clients.get(name)
    if (known !== undefined) return known
    const client = new BrokerClient(this.broker, this.clock, this)
    this.#clients.set(name, client)
    return client
  }

  /** Carries out a step; time passes while it is waited for. */
  async run(step: BrokerStep): Promise<void> {
    const isLater = 'later' in step && step.later
    const running = this.begin(step)
    if (isLater) await this.fs.idle()
    else await (letsTimePass(step) ? running : this.waitFor(running, `${JSON.stringify(step)} does not end`))
  }

  /** Begins a step; what goes wrong is among the complaints when it has ended. */
  begin(step: BrokerStep): Promise<void> {
    return this.#begin(step).catch((error: unknown) => {
      const known =
        error instanceof AnsweredWithError ? error.message : String(error instanceof Error ? error.stack : error)
      this.complaints.push(`${JSON.stringify(step)}: ${known}`)
    })
  }

  /** A consumer of a queue is told that what it has dealt with is not written down. */
  refuseAcknowledgement(what: string, errorCode: number): void {
    if (!this.isForgiving) this.complaints.push(`what became of ${what} is refused with ${errorCode}`)
  }

  /** Waits for everything that was begun. */
  async settle(): Promise<void> {
    await this.waitFor(Promise.all(this.#chains.values()), 'what was begun does not end')
  }

  /** Lets time pass until the promise is settled. */
  waitFor<T>(promise: Promise<T>, otherwise = 'the broker does not answer'): Promise<T> {
    return this.broker.waitFor(promise, otherwise)
  }

  /** Stops in order, and starts again. */
  async restart(): Promise<void> {
    await this.settle()
    await this.broker.close()
    await this.open()
  }

  async #begin(step: BrokerStep): Promise<void> {
    switch (step.do) {
      case 'createTopic':
      case 'deleteTopic':
      case 'createPartitions':
        await Promise.all(this.#chains.values())
        return this.#changeTopic(step)
      case 'setConfig':
        return this.#inTurn('admin', () => this.#setConfig(step))
      case 'produce':
        return this.#inTurn(`producer ${step.producer}`, () => this.#produce(step))
      case 'transaction':
        return this.#inTurn(`transaction-${step.producer}`, () => this.#transaction(step))
      case 'commitOffset':
        return this.#inTurn(`group-${step.group}`, () => this.#commitOffset(step))
      case 'deleteGroup':
        return this.#inTurn(`group-${step.group}`, () => this.#deleteGroup(step))
      case 'beat':
      case 'leave':
        return this.#inTurn(`member-${step.group}-${step.member}`, () => this.#member(step))
      case 'consume':
        return this.#inTurn('queue', () => this.#consume(step))
      case 'advance':
        return this.clock.advanceAsync(step.ms)
      case 'settle':
        return void (await Promise.all(this.#chains.values()))
      case 'restart':
        return this.restart()
    }
  }

  /** What one client does, it does one after the other. */
  #inTurn(name: string, task: () => Promise<void>): Promise<void> {
    const running = (this.#chains.get(name) ?? Promise.resolve()).then(task)
    this.#chains.set(
      name,
      running.catch(() => undefined),
    )
    return running
  }

  async #changeTopic(
    step: Extract<BrokerStep, { do: 'createTopic' | 'deleteTopic' | 'createPartitions' }>,
  ): Promise<void> {
    const name = topicOf(step.topic)
    const known = this.model.topics.get(name)
    const admin = this.client('admin')
    if (step.do === 'createTopic') return known === undefined ? this.#createTopic(name, step.partitions) : undefined
    if (known === undefined) return
    if (step.do === 'createPartitions') {
      const count = known.partitions + 1
      if (count > 2) return
      await admin.createPartitions(name, count)
      return this.record(({ topics }) => void (topics.get(name)!.partitions = count))
    }
    this.record((model) => {
      model.topics.get(name)!.state = 'leaving'
      for (const [key, choice] of model.offsets) if (key.includes(` ${name}-`)) choice.maybe.push(undefined)
    })
    await admin.deleteTopic(name)
    this.record((model) => {
      model.deletedIds.add(model.topics.get(name)!.id!)
      model.topics.delete(name)
    })
  }

  async #createTopic(name: string, partitions: number): Promise<void> {
    this.record(({ topics }) => {
      const config = { sure: undefined, maybe: [] }
      topics.set(name, { id: undefined, state: 'asked', partitions, config, logs: new Map() })
    })
    const id = await this.client('admin').createTopic(name, partitions)
    this.record(({ topics }) => void Object.assign(topics.get(name)!, { id, state: 'there' }))
  }

  async #setConfig(step: Extract<BrokerStep, { do: 'setConfig' }>): Promise<void> {
    const name = topicOf(step.topic)
    if (!this.model.topics.has(name)) return
    const value = String(step.value * 1_000_000)
    this.record(({ topics }) => void topics.get(name)!.config.maybe.push(value))
    await this.client('admin').setConfig(name, CONFIG, value)
    this.record(({ topics }) => decide(topics.get(name)!.config, value))
  }

  #placeOf({ topic, partition }: { readonly topic: number; readonly partition: number }): Sending | undefined {
    const name = topicOf(topic)
    const known = this.model.topics.get(name)
    return known?.state === 'there' && partition < known.partitions ? { topic: name, partition } : undefined
  }

  async #produce(step: Extract<BrokerStep, { do: 'produce' }>): Promise<void> {
    const name = `p${step.producer}`
    const client = this.client(name)
    if (!this.#producers.has(name)) {
      const identity = await client.initProducerId(null)
      if (this.model.producerIds.has(identity.producerId)) {
        this.complaints.push(`producer id ${identity.producerId} is given out twice`)
      }
      this.record(({ producerIds }) => void producerIds.add(identity.producerId))
      this.#producers.set(name, { ...identity, sequences: new Map() })
    }
    const place = this.#placeOf(step.to)
    if (place === undefined) return
    const { producerId, producerEpoch, sequences } = this.#producers.get(name)!
    // A topic made anew knows nothing of what was sent to another one.
    const key = `${this.model.topics.get(place.topic)!.id} ${place.partition}`
    const baseSequence = sequences.get(key) ?? 0
    sequences.set(key, baseSequence + step.records)
    const identity = { producerId, producerEpoch, baseSequence, transaction: undefined }
    await this.#send(client, place, { ...this.#newBatch(step.records), ...identity, offset: undefined }, null)
  }

  #newBatch(records: number): Pick<BatchModel, 'values' | 'timestamp'> {
    const first = this.model.lastValue + 1
    this.record((model) => void (model.lastValue += records))
    return {
      values: Array.from({ length: records }, (_, index) => `value ${first + index}`),
      timestamp: this.clock.nowMs(),
    }
  }

  async #send(client: BrokerClient, place: Sending, batch: BatchModel, transactionalId: string | null): Promise<void> {
    this.record(({ topics }) => {
      const { logs } = topics.get(place.topic)!
      logs.set(place.partition, [...(logs.get(place.partition) ?? []), { ...batch }])
    })
    const offset = await client.produce(place, bytesOf(batch), transactionalId)
    this.record((model) => acknowledge(model, place, batch.values[0]!, offset))
  }

  /** Sends again what was not acknowledged before the power went, as a producer without transactions does. */
  async resend(): Promise<void> {
    const client = this.client('resend')
    for (const [topic, { logs }] of this.model.topics) {
      for (const [partition, batches] of logs) {
        for (const batch of batches) {
          if (batch.transaction !== undefined || batch.offset !== undefined) continue
          const offset = await client.produce({ topic, partition }, bytesOf(batch), null)
          this.record((model) => acknowledge(model, { topic, partition }, batch.values[0]!, offset))
        }
      }
    }
  }

  async #transaction(step: Extract<BrokerStep, { do: 'transaction' }>): Promise<void> {
    const transactionalId = `t${step.producer}`
    const client = this.client(transactionalId)
    const identity = this.#transactional.get(transactionalId) ?? (await this.initTransactions(transactionalId))
    const number = ++this.#transactions
    this.record(
      ({ transactions }) => void transactions.set(number, { transactionalId, state: 'open', offset: undefined }),
    )
    const sequences = new Map<string, number>()
    let first: Sending | undefined
    for (const to of step.to) {
      const place = this.#placeOf(to)
      if (place === undefined) continue
      first ??= place
      const baseSequence = sequences.get(nameOf(place)) ?? 0
      sequences.set(nameOf(place), baseSequence + 1)
      const batch = { ...this.#newBatch(1), ...identity, baseSequence, transaction: number, offset: undefined }
      await this.#send(client, place, batch, transactionalId)
    }
    if (first === undefined) return
    if (step.hasOffset) {
      const offset = { key: offsetKey(groupOf(transactionalId), first), value: number }
      this.record(({ transactions }) => void (transactions.get(number)!.offset = offset))
      const committed = { groupId: groupOf(transactionalId), place: first, offset: number }
      // Of one partition only: what it is, is decided with the transaction.
      await client.commitOffsetInTransaction(transactionalId, identity, committed)
    }
    await this.#end(step.end, { client, transactionalId, identity, number })
  }

  async #end(
    end: 'commit' | 'abort' | 'open',
    o: {
      readonly client: BrokerClient
      readonly transactionalId: string
      readonly identity: ProducerIdentity
      readonly number: number
    },
  ): Promise<void> {
    const { number, transactionalId } = o
    // The next one has to begin anew, which ends this one.
    if (end === 'open') return void this.#transactional.delete(transactionalId)
    if (end === 'commit') {
      this.record((model) => {
        const transaction = model.transactions.get(number)!
        transaction.state = 'committing'
        if (transaction.offset !== undefined) {
          choiceOf(model.offsets, transaction.offset.key).maybe.push(transaction.offset.value)
        }
      })
    }
    const next = await o.client.endTransaction(transactionalId, o.identity, end === 'commit')
    const { producerId, producerEpoch } = next
    this.#transactional.set(transactionalId, { producerId, producerEpoch })
    this.record((model) => {
      const transaction = model.transactions.get(number)!
      transaction.state = end === 'commit' ? 'committed' : 'aborted'
      model.transactionalIds.set(transactionalId, { producerId, producerEpoch })
      if (end !== 'commit' || transaction.offset === undefined) return
      decide(choiceOf(model.offsets, transaction.offset.key), transaction.offset.value)
    })
  }

  /** Begins anew under a transactional id; what was open is aborted with that. */
  async initTransactions(transactionalId: string): Promise<ProducerIdentity> {
    const { producerId, producerEpoch } = await this.client(transactionalId).initProducerId(transactionalId)
    const before = this.model.transactionalIds.get(transactionalId)
    if (before?.producerId === producerId && before.producerEpoch >= producerEpoch) {
      this.complaints.push(`${transactionalId} has epoch ${producerEpoch}, and had ${before.producerEpoch} before`)
    }
    this.record((model) => {
      model.transactionalIds.set(transactionalId, { producerId, producerEpoch })
      for (const each of model.transactions.values()) {
        if (each.transactionalId === transactionalId && each.state === 'open') each.state = 'aborted'
      }
    })
    this.#transactional.set(transactionalId, { producerId, producerEpoch })
    return { producerId, producerEpoch }
  }

  async #commitOffset(step: Extract<BrokerStep, { do: 'commitOffset' }>): Promise<void> {
    const place = this.#placeOf(step.to)
    if (place === undefined) return
    const groupId = groupOf(String(step.group))
    const key = offsetKey(groupId, place)
    const offset = this.model.lastValue + 1
    this.record((model) => {
      model.lastValue += 1
      choiceOf(model.offsets, key).maybe.push(offset)
    })
    await this.client(groupId).commitOffset(groupId, place, offset)
    this.record(({ offsets }) => decide(choiceOf(offsets, key), offset))
  }

  async #member(step: Extract<BrokerStep, { do: 'beat' | 'leave' }>): Promise<void> {
    const name = { groupId: `members-${step.group}`, memberId: `member-${step.member}` }
    if (step.do === 'leave') return this.members.leave(name)
    return this.members.beat(name, [topicOf(0), topicOf(1)])
  }

  async #consume(step: Extract<BrokerStep, { do: 'consume' }>): Promise<void> {
    for (const [topic, { state, logs }] of this.model.topics) {
      if (state !== 'there') continue
      for (const partition of logs.keys()) await this.queue.consume({ topic, partition }, step.acknowledgements)
    }
  }

  async #deleteGroup(step: Extract<BrokerStep, { do: 'deleteGroup' }>): Promise<void> {
    const groupId = groupOf(String(step.group))
    const ofGroup = (model: BrokerModel) => [...model.offsets].filter(([key]) => key.startsWith(`${groupId} `))
    this.record((model) => ofGroup(model).forEach(([, choice]) => choice.maybe.push(undefined)))
    await this.client(groupId).deleteGroup(groupId)
    this.record((model) => ofGroup(model).forEach(([, choice]) => decide(choice, undefined)))
  }
}

/** It does not need anyone else to let time pass while it is waited for. */
export function letsTimePass(step: BrokerStep): boolean {
  return step.do === 'advance' || step.do === 'restart'
}

function acknowledge(model: BrokerModel, { topic, partition }: Sending, firstValue: string, offset: number): void {
  const batch = model.topics
    .get(topic)
    ?.logs.get(partition)
    ?.find(({ values }) => values[0] === firstValue)
  if (batch !== undefined) batch.offset = offset
}

function bytesOf({ values, timestamp, producerId, producerEpoch, baseSequence, transaction }: BatchModel): Uint8Array {
  const records = values.map((value) => ({ timestamp, key: null, value: Buffer.from(value) }))
  const isTransactional = transaction !== undefined
  return buildBatch({ records, producerId, producerEpoch, baseSequence, isTransactional })
}

export function topicOf(number: number): string {
  return `topic${number}`
}

export function groupOf(name: string): string {
  return `group-${name}`
}

export function offsetKey(groupId: string, place: Sending): string {
  return `${groupId} ${nameOf(place)}`
}

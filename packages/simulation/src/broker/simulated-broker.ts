import { Broker, LocalServer } from '@milena/broker'
import type { LocalConnection } from '@milena/broker'
import { parseBrokerConfig } from '@milena/metadata'
import { decode, decodeResponseHeader, encodeRequestFrame } from '@milena/protocol'
import type { Infer, Input, Message } from '@milena/protocol'
import type { FileSystem, Logger, ManualClock } from '@milena/runtime'
import { SeededRandom } from '@milena/runtime'
import { turn } from '../disk/simulated-disk.ts'

/** As few partitions as show everything: each is a log to recover. */
const properties: Readonly<Record<string, string>> = {
  listeners: 'PLAINTEXT://127.0.0.1:9092',
  'log.dirs': '/data,/more',
  'offsets.topic.num.partitions': '1',
  'transaction.state.log.num.partitions': '1',
  'share.coordinator.state.topic.num.partitions': '1',
  'log.flush.offset.checkpoint.interval.ms': '2000',
  'log.initial.task.delay.ms': '500',
  'log.segment.delete.delay.ms': '1000',
  'log.cleaner.dedupe.buffer.size': '1100000',
  // Nobody sends heartbeats while a history is at something else.
  'group.consumer.max.session.timeout.ms': '600000',
  'group.consumer.session.timeout.ms': '600000',
  'group.share.max.session.timeout.ms': '600000',
  'group.share.session.timeout.ms': '600000',
  'group.share.record.lock.duration.ms': '15000',
  'group.share.delivery.count.limit': '10',
}

/** Time that passes when nobody does anything but wait for it; what takes seconds waits for a timer. */
const WAIT_MS = 5
const LONG_WAIT_MS = 100
const SHORT_WAITS = 2000
const WAITS_MAX = 6000

/** A whole broker on a disk and a clock that somebody else has in hand, and who asks it things. */
export class SimulatedBroker {
  readonly broker: Broker
  readonly #server: LocalServer
  readonly #clock: ManualClock
  #correlationId = 0

  private constructor(o: { broker: Broker; server: LocalServer; clock: ManualClock }) {
    this.broker = o.broker
    this.#server = o.server
    this.#clock = o.clock
  }

  static async start(o: {
    fs: FileSystem
    clock: ManualClock
    logger: Logger
    seed: number
  }): Promise<SimulatedBroker> {
    const { fs, clock, logger } = o
    const { config, errors } = parseBrokerConfig(properties)
    if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
    let server: LocalServer | undefined
    const openServer = async (options: ConstructorParameters<typeof LocalServer>[0]): Promise<LocalServer> => {
      server = new LocalServer(options)
      return server
    }
    const starting = Broker.start(config, { fs, clock, random: new SeededRandom(o.seed), logger, openServer })
    const broker = await waitFor(starting, clock, 'the broker does not start')
    return new SimulatedBroker({ broker, server: server!, clock })
  }

  connect(): LocalConnection {
    return this.#server.connect()
  }

  /** Sends a request; time passes while it is waited for. */
  async ask<Req extends Message, Res extends Message>(
    connection: LocalConnection,
    [request, response, version]: readonly [Req, Res, number],
    body: Input<Req>,
  ): Promise<Infer<Res>> {
    this.#correlationId += 1
    const frame = encodeRequestFrame({
      message: request,
      version,
      correlationId: this.#correlationId,
      clientId: 's',
      body,
    })
    const bytes = await connection.send(Buffer.from(Buffer.concat(frame).subarray(4)))
    const answer = Buffer.from(bytes.subarray(4))
    const { bodyOffset } = decodeResponseHeader(answer, response, version)
    return decode(response, version, answer, bodyOffset)
  }

  waitFor<T>(promise: Promise<T>, otherwise: string): Promise<T> {
    return waitFor(promise, this.#clock, otherwise)
  }

  close(): Promise<void> {
    return this.waitFor(this.broker.close(), 'the broker does not stop')
  }
}

/** Lets the disk work and time pass until a promise is settled. */
async function waitFor<T>(promise: Promise<T>, clock: ManualClock, otherwise: string): Promise<T> {
  let isSettled = false
  const settle = (): void => void (isSettled = true)
  promise.then(settle, settle)
  for (let waits = 0; waits < WAITS_MAX; waits++) {
    for (let turns = 0; turns < 4 && !isSettled; turns++) await turn()
    if (isSettled) return promise
    // Whoever waits for the disk is served before time passes; the disk of a simulation is never slower than this.
    if (waits % 4 === 3) await clock.advanceAsync(waits < SHORT_WAITS ? WAIT_MS : LONG_WAIT_MS)
  }
  throw new Error(otherwise)
}

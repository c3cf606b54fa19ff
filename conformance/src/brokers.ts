// Apache Kafka and Milena side by side, on fresh folders and with the same configuration.
import { spawnSync } from 'node:child_process'
import { apiByKey, apis as allApis, Errors, type VersionRange } from '@milena/protocol'
import { type BrokerKind, startBroker } from '../../interop/support/broker-process.ts'
import { jars } from '../../interop/support/environments.ts'
import { apis } from './apis.ts'
import { Symbols } from './normalise.ts'
import { Session } from './session.ts'

/** What is said to both, beyond where they listen and where their data lie. */
export const properties = {
  'node.id': '1',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  // The records of histories are of long ago, and would go whenever a broker looks at its logs.
  'log.retention.ms': '-1',
  // Nor do brokers look at the same moment, where a history gives a topic a retention of its own.
  'log.initial.task.delay.ms': '86400000',
  // On a machine that is busy elsewhere a broker that is late is not taken for dead.
  'broker.session.timeout.ms': '120000',
  // A second member is given its part at once, not within the second after the first.
  'group.consumer.min.assignment.interval.ms': '0',
  'group.consumer.assignment.interval.ms': '0',
  'group.share.min.assignment.interval.ms': '0',
  'group.share.assignment.interval.ms': '0',
  // What a member was given is its own until the history is over.
  'group.share.record.lock.duration.ms': '60000',
}

export interface Broker extends AsyncDisposable {
  readonly kind: BrokerKind
  readonly port: number
  readonly versions: ReadonlyMap<string, VersionRange>
  /** Returns when the broker has seen what its controller has decided so far. */
  settle(): Promise<void>
  /** What it has printed so far. */
  output(): string
}

/** Why Apache Kafka cannot be run here, if it cannot. */
export async function missing(): Promise<string | undefined> {
  const java = spawnSync('java', ['-version'])
  if (java.error !== undefined) return 'there is no JDK: `java` is not on the path (any of 17 and later will do)'
  const libraries = await jars('kafka-4.3.1')
  return 'missing' in libraries ? `Apache Kafka's libraries cannot be had: ${libraries.missing}` : undefined
}

/** A conversation outside of any history. */
function backstage(port: number): Session {
  const versions = new Map(allApis.map((api) => [api.name, api.stableVersions]))
  const symbols = new Symbols('backstage-', Date.now())
  return new Session({ port, versions, subjects: [], level: 1, symbols, settle: async () => {} })
}

/** What the broker advertises and our codecs can speak. */
async function versionsOf(session: Session): Promise<Map<string, VersionRange>> {
  const { apiKeys } = await session.send(apis.apiVersions, {
    clientSoftwareName: 'conformance',
    clientSoftwareVersion: '1',
  })
  const versions = new Map<string, VersionRange>()
  for (const { apiKey, minVersion, maxVersion } of apiKeys) {
    const api = apiByKey(apiKey)
    if (api === undefined) continue
    const range = {
      min: Math.max(minVersion, api.stableVersions.min),
      max: Math.min(maxVersion, api.stableVersions.max),
    }
    if (range.min <= range.max) versions.set(api.name, range)
  }
  return versions
}

/** These are long, for machines that are busy elsewhere. */
const settleDeadlineMs = 90_000
const patienceMs = { start: 240_000, stop: 60_000 }
/** A dynamic config that no history looks at, with values that change nothing. */
const marker = 'max.connections'

/**
 * Apache Kafka's broker follows its controller's log in a thread that hands each image to one part of the broker after
 * the other. A config of the broker that shows says that everything decided before it has begun to be taken over; a
 * second one, decided after that, says that it is done. Those who wait at the same time wait together.
 */
class Following {
  readonly #session: Session
  #value = 1_000_000_000
  #running: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined

  constructor(session: Session) {
    this.#session = session
  }

  settle(): Promise<void> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined
      this.#running = this.#mark().then(() => this.#mark())
      return this.#running
    })
    return this.#next
  }

  async #mark(): Promise<void> {
    const value = `${++this.#value}`
    const resource = { resourceType: 4, resourceName: '' }
    const configs = [{ name: marker, configOperation: 0, value }]
    const deadline = Date.now() + settleDeadlineMs
    await this.#session.send(apis.incrementalAlterConfigs, {
      resources: [{ ...resource, configs }],
      validateOnly: false,
    })
    for (;;) {
      this.#session.transcript.length = 0
      const { results } = await this.#session.send(apis.describeConfigs, {
        resources: [{ ...resource, resourceName: '1', configurationKeys: [marker] }],
        includeSynonyms: false,
        includeDocumentation: false,
      })
      if (results[0]!.configs[0]?.value === value) return
      if (Date.now() > deadline) throw new Error('the broker does not follow its controller')
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** The coordinators make their topics when first asked for, and serve when they have read them. */
async function awaitCoordinators(session: Session, versions: ReadonlyMap<string, VersionRange>): Promise<void> {
  const kinds = [...keysOfCoordinators].filter(([keyType]) => keyType === 0 || versions.has(servedBy[keyType]!))
  const deadline = Date.now() + settleDeadlineMs
  for (;;) {
    session.transcript.length = 0
    const errors: number[] = []
    for (const [keyType, key] of kinds) {
      const found = await session.send(apis.findCoordinator, { key, keyType, coordinatorKeys: [key] })
      errors.push(found.coordinators[0]!.errorCode)
    }
    const { groups } = await session.send(apis.describeGroups, {
      groups: ['h0-warm'],
      includeAuthorizedOperations: false,
    })
    if (groups[0]!.errorCode !== Errors.GROUP_ID_NOT_FOUND.code) errors.push(groups[0]!.errorCode)
    errors.push((await session.send(apis.listGroups, { statesFilter: [], typesFilter: [] })).errorCode)
    const transactionalIds = [null, ...(kinds.some(([keyType]) => keyType === 1) ? ['h0-warm'] : [])]
    for (const transactionalId of transactionalIds) {
      const producer = { transactionalId, transactionTimeoutMs: 60_000, producerId: -1, producerEpoch: -1 }
      errors.push((await session.send(apis.initProducerId, producer)).errorCode)
    }
    if (errors.every((code) => code === 0)) return
    if (Date.now() > deadline) {
      console.error(`conformance: coordinators that do not serve: ${errors.join(', ')}`)
      return
    }
    await pause(100)
  }
}

/** A key for each type of coordinator: groups, transactions, share state. */
const keysOfCoordinators = new Map([
  [0, 'h0-warm'],
  [1, 'h0-warm'],
  [2, 'h0-warm:AbCdEfGhIjKlMnOpQrStUA:0'],
])
/** The API without which a broker has no coordinator of the type. */
const servedBy: Readonly<Record<number, string>> = { 1: 'EndTxn', 2: 'ReadShareGroupState' }

/** Has the broker on the port make what it makes when first asked, so that a client meets none of it. */
export async function warm(port: number): Promise<{ session: Session; versions: Map<string, VersionRange> }> {
  const session = backstage(port)
  const versions = await versionsOf(session)
  await awaitCoordinators(session, versions)
  return { session, versions }
}

export async function start(kind: BrokerKind): Promise<Broker> {
  const process = await startBroker({ kind, properties, patienceMs })
  const { session, versions } = await warm(process.port)
  const following = new Following(session)
  return {
    kind,
    port: process.port,
    versions,
    settle: kind === 'apache' ? () => following.settle() : async () => {},
    output: () => process.output(),
    [Symbol.asyncDispose]: async () => {
      await session.close()
      await process[Symbol.asyncDispose]()
    },
  }
}

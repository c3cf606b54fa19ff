// Apache Kafka and Milena side by side, on fresh folders and with the same configuration.
import { spawnSync } from 'node:child_process'
import { apiByKey, apis as allApis, Errors, type VersionRange, ZERO_UUID } from '@milena/protocol'
import { type BrokerKind, startBroker } from '../../interop/support/broker-process.ts'
import { jars } from '../../interop/support/environments.ts'
import { apis } from './apis.ts'
import { Symbols } from './normalise.ts'
import { Session } from './session.ts'

/** What is said to both, beyond where they listen and where their data lie. */
const properties = {
  'node.id': '1',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
}

export interface Broker extends AsyncDisposable {
  readonly kind: BrokerKind
  readonly port: number
  readonly versions: ReadonlyMap<string, VersionRange>
  /** Returns when the broker has seen what its controller has decided so far. */
  settle(topics: readonly string[]): Promise<void>
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

const settleDeadlineMs = 10_000

/**
 * Apache Kafka's broker follows its controller's log. How far it has come is the epoch of the finalised features,
 * which it takes from the offset of its image; how far it must come is the high watermark of the quorum.
 */
async function followController(session: Session, topics: readonly string[]): Promise<void> {
  session.transcript.length = 0
  const quorum = await session.send(apis.describeQuorum, {
    topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }],
  })
  const decided = quorum.topics[0]!.partitions[0]!.highWatermark - 1
  const deadline = Date.now() + settleDeadlineMs
  for (;;) {
    const { finalizedFeaturesEpoch } = await session.send(apis.apiVersions, {
      clientSoftwareName: 'conformance',
      clientSoftwareVersion: '1',
    })
    if (finalizedFeaturesEpoch >= decided) break
    if (Date.now() > deadline) throw new Error(`the broker does not follow its controller to offset ${decided}`)
  }
  // The image is there before the replicas and the configs that follow from it.
  while (!(await leads(session, topics)) && Date.now() < deadline) await pause(5)
  await pause(5)
}

/** Whether the broker leads each partition of these topics that its metadata say it leads. */
async function leads(session: Session, names: readonly string[]): Promise<boolean> {
  if (names.length === 0) return true
  const { topics } = await session.send(apis.metadata, {
    topics: names.map((name) => ({ name, topicId: ZERO_UUID })),
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  })
  const asked = topics
    .filter(({ errorCode }) => errorCode === Errors.NONE.code)
    .map(({ name, partitions }) => ({
      name: name!,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, timestamp: -1 })),
    }))
  const answer = await session.send(apis.listOffsets, { replicaId: -1, isolationLevel: 0, topics: asked })
  return answer.topics.every(({ partitions }) => partitions.every(({ errorCode }) => errorCode === Errors.NONE.code))
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until the coordinator of groups serves, which makes its topic when first asked for, and there are producer ids. */
async function awaitCoordinator(session: Session): Promise<void> {
  const deadline = Date.now() + settleDeadlineMs
  for (;;) {
    session.transcript.length = 0
    const answer = await session.send(apis.listGroups, { statesFilter: [], typesFilter: [] })
    const { coordinators } = await session.send(apis.findCoordinator, {
      key: '',
      keyType: 0,
      coordinatorKeys: ['h0-warm'],
    })
    const { groups } = await session.send(apis.describeGroups, {
      groups: ['h0-warm'],
      includeAuthorizedOperations: false,
    })
    const producer = { transactionalId: null, transactionTimeoutMs: 60_000, producerId: -1, producerEpoch: -1 }
    const { errorCode } = await session.send(apis.initProducerId, producer)
    const codes = [answer.errorCode, coordinators[0]!.errorCode, errorCode]
    if (codes.every((code) => code === 0) && groups[0]!.errorCode === Errors.GROUP_ID_NOT_FOUND.code) return
    if (Date.now() > deadline) throw new Error('no coordinator of groups, or no producer ids')
    await pause(100)
  }
}

export async function start(kind: BrokerKind): Promise<Broker> {
  const process = await startBroker({ kind, properties })
  const session = backstage(process.port)
  const versions = await versionsOf(session)
  await awaitCoordinator(session)
  return {
    kind,
    port: process.port,
    versions,
    settle: kind === 'apache' ? (topics) => followController(session, topics) : async () => {},
    output: () => process.output(),
    [Symbol.asyncDispose]: async () => {
      await session.close()
      await process[Symbol.asyncDispose]()
    },
  }
}

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type KafkaMetadata,
  type MetadataImage,
  type PartitionImage,
  PersistentMap,
  topicByName,
  type TopicImage,
} from '@milena/metadata'
import { importPlan } from './import-plan.ts'
import { byCheckpoint, type KafkaDataFolder } from './kafka-data-folder.ts'

const topicId = 'AAAAAAAAAAAAAAAAAAAAZQ'

function partition(number: number, replicas: readonly number[]): PartitionImage {
  return {
    partition: number,
    replicas,
    directories: replicas.map(() => 'old'),
    isr: replicas,
    removingReplicas: [],
    addingReplicas: [],
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    leader: 1,
    leaderRecoveryState: 0,
    leaderEpoch: 4,
    partitionEpoch: 5,
  }
}

function metadata(change: Partial<MetadataImage> = {}, replicas = [1]): KafkaMetadata {
  const topics = PersistentMap.empty<TopicImage>()
  const image: MetadataImage = {
    clusterId: 'c',
    offset: 100,
    topics: topics.set('t', { name: 't', topicId, partitions: [partition(0, replicas), partition(1, replicas)] }),
    topicNamesById: PersistentMap.empty<string>().set(topicId, 't'),
    configs: PersistentMap.empty(),
    brokers: new Map(),
    features: new Map([['metadata.version', 30]]),
    nextProducerId: 2000,
    clientQuotas: PersistentMap.empty(),
    scramCredentials: PersistentMap.empty(),
    ...change,
  }
  return { image, controllers: new Set([1]), notKept: ['as it was'] }
}

function folder(path: string, numbers: readonly number[], change: Partial<KafkaDataFolder> = {}): KafkaDataFolder {
  return {
    path,
    meta: { clusterId: 'c', nodeId: 1, directoryId: `id of ${path}` },
    stoppedInOrder: true,
    partitions: numbers.map((number) => ({
      topicPartition: { topic: 't', partition: number },
      path: `${path}/t-${number}`,
      topicId,
    })),
    others: [],
    checkpoints: byCheckpoint(() => new Map(numbers.map((number) => [`t-${number}`, number * 10]))),
    ...change,
  }
}

const plan = (folders: readonly KafkaDataFolder[], from = metadata()) => importPlan(folders, from, () => 'new')

describe('what becomes of a Kafka node', () => {
  test('several folders become one', () => {
    const { image, partitions, checkpoints, directoryId, stoppedInOrder, notes } = plan([
      folder('/a', [1]),
      folder('/b', [0]),
    ])
    assert.equal(directoryId, 'id of /a')
    assert.deepEqual(
      topicByName(image, 't')!.partitions.map(({ directories }) => directories),
      [['id of /a'], ['id of /a']],
    )
    assert.deepEqual(partitions.map(({ path }) => path).toSorted(), ['/a/t-1', '/b/t-0'])
    assert.deepEqual(
      checkpoints['cleaner-offset-checkpoint'].map(([, offset]) => offset),
      [10, 0],
    )
    assert.deepEqual([stoppedInOrder, notes, image.offset], [true, ['as it was'], 100])
    assert.equal(plan([folder('/a', [1]), folder('/b', [0], { stoppedInOrder: false })]).stoppedInOrder, false)
  })

  test('what is left out is said', () => {
    const stray = folder('/a', [0, 7], { others: ['t-9.0-delete'] })
    const other = {
      ...stray.partitions[0]!,
      topicPartition: { topic: 't', partition: 1 },
      topicId: 'AAAAAAAAAAAAAAAAAAAAZg',
    }
    const configs = metadata().image.configs.set(
      '2:t',
      new Map([
        ['retention.ms', '5'],
        ['no.such', '1'],
      ]),
    )
    const features = new Map([
      ['metadata.version', 30],
      ['streams.version', 1],
    ])
    const { notes, partitions, image } = plan(
      [{ ...stray, partitions: [...stray.partitions, other] }],
      metadata({ configs, features }),
    )
    assert.deepEqual(partitions.length, 1)
    assert.deepEqual([...image.features.keys()], ['metadata.version'])
    assert.deepEqual([...image.configs.get('2:t')!.keys()], ['retention.ms'])
    for (const what of [
      't-9.0-delete belongs',
      't-7 is of a topic',
      't-1 is of a topic',
      't-1 has no folder',
      'no.such',
      'Kafka Streams',
    ]) {
      assert.ok(
        notes.some((note) => note.includes(what)),
        what,
      )
    }
  })

  test('what is no whole single node is refused', () => {
    const whole = folder('/a', [0, 1])
    const refused = (message: RegExp, folders: readonly KafkaDataFolder[], from = metadata()) =>
      assert.throws(() => plan(folders, from), { name: 'ImportRefused', message })
    refused(/has others: node 1 knows of 2, 3/, [whole], metadata({}, [1, 2, 3]))
    refused(/knows of 5/, [whole], { ...metadata(), controllers: new Set([5]) })
    refused(/of node 2 of cluster c/, [whole, folder('/b', [], { meta: { ...whole.meta, nodeId: 2 } })])
    refused(/t-0 lies in two folders/, [whole, folder('/b', [0])])
    refused(
      /metadata.version 31, and 30 is the newest/,
      [whole],
      metadata({ features: new Map([['metadata.version', 31]]) }),
    )
    const broker = { brokerId: 1, brokerEpoch: 1, incarnationId: '', endpoints: [], features: new Map(), rack: null }
    const registered = { ...broker, fenced: false, inControlledShutdown: false, cordonedLogDirs: [] }
    const brokers = new Map([[1, { ...registered, logDirs: ['id of /a', 'elsewhere'] }]])
    refused(/1 more of log.dirs .*elsewhere/, [whole], metadata({ brokers }))
  })
})

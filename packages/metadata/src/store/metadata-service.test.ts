import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  captureLogger,
  type FileSystem,
  ManualClock,
  MemoryFileSystem,
  SeededRandom,
  silentLogger,
} from '@milena/runtime'
import { defaultLogConfig, type LogConfig } from '@milena/storage'
import { logConfigFor } from '../config/effective-topic-config.ts'
import { kafkaFeatures } from '../controller/bootstrap.ts'
import type { MetadataDelta } from '../image/replay.ts'
import { brokerConfig, registration, topicsRequest } from '../testing/controller-fixture.ts'
import { MetadataFailedError, MetadataService } from './metadata-service.ts'

async function folder(): Promise<MemoryFileSystem> {
  const fs = new MemoryFileSystem()
  await fs.mkdir('/data')
  return fs
}

function open(
  fs: FileSystem,
  properties: Record<string, string> = {},
  logger = silentLogger,
): Promise<MetadataService> {
  return MetadataService.open({
    config: brokerConfig(properties),
    clusterId: 'cluster',
    supportedFeatures: kafkaFeatures,
    fs,
    clock: new ManualClock(),
    random: new SeededRandom(1),
    logger,
  })
}

/** Counts the syncs of files, and can make them wait or fail. */
function watchSyncs(fs: MemoryFileSystem) {
  const state = { count: 0, gate: Promise.resolve(), failure: null as Error | null }
  const watched = new Proxy(fs, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (name !== 'open') {
        return typeof member === 'function' ? (member as (...args: unknown[]) => unknown).bind(target) : member
      }
      return async (...args: Parameters<FileSystem['open']>) => {
        const file = await target.open(...args)
        const sync = file.sync.bind(file)
        file.sync = async () => {
          state.count += 1
          await state.gate
          if (state.failure !== null) throw state.failure
          await sync()
        }
        return file
      }
    },
  })
  return { fs: watched, state }
}

describe('the metadata service', () => {
  test('an empty folder becomes a cluster, and is one again after a restart', async () => {
    const fs = await folder()
    const first = await open(fs)
    const { brokerEpoch } = await first.submit('registerBroker', registration())
    const [topic] = (await first.submit('createTopics', topicsRequest([{ name: 'a', numPartitions: 3 }]))).topics
    assert.equal(first.image.clusterId, 'cluster')
    assert.equal(first.image.features.get('metadata.version'), 30)
    await first.close()

    const second = await open(fs)
    assert.equal(second.image.topics.get('a')?.topicId, topic?.topicId)
    assert.equal(second.image.topics.get('a')?.partitions.length, 3)
    assert.ok((await second.submit('registerBroker', registration())).brokerEpoch > brokerEpoch)
    assert.equal(second.image.features.size, 6)
    await second.close()
  })

  test('requests of one moment are decided in order and written with one sync', async () => {
    const { fs, state } = watchSyncs(await folder())
    const service = await open(fs)
    await service.submit('registerBroker', registration())
    const before = state.count
    const responses = await Promise.all(
      ['a', 'b', 'a'].map((name) => service.submit('createTopics', topicsRequest([{ name }]))),
    )
    assert.deepEqual(
      responses.map(({ topics }) => topics[0]?.errorCode),
      [0, 0, 36],
    )
    assert.equal(state.count - before, 1)
    await service.close()
  })

  test('nothing is seen or answered before it is durable, refusals that rest on it included', async () => {
    const { fs, state } = watchSyncs(await folder())
    const service = await open(fs)
    await service.submit('registerBroker', registration())
    const deltas: MetadataDelta[] = []
    service.onChange((delta) => deltas.push(delta))
    let release = () => {}
    state.gate = new Promise((resolve) => (release = resolve))
    const answered: number[] = []
    const submitted = [1, 2].map((index) =>
      service.submit('createTopics', topicsRequest([{ name: 'a' }])).then(() => answered.push(index)),
    )
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
    assert.deepEqual([answered, deltas.length, service.image.topics.size], [[], 0, 0])
    release()
    await Promise.all(submitted)
    assert.deepEqual([answered, deltas.length, service.image.topics.size], [[1, 2], 1, 1])
    await service.close()
  })

  test('listeners hear of every change in order, until they stop; one that throws harms nobody', async () => {
    const { logger, entries } = captureLogger()
    const service = await open(await folder(), {}, logger)
    await service.submit('registerBroker', registration())
    service.onChange(() => {
      throw new Error('listener')
    })
    const heard: string[] = []
    const stop = service.onChange((delta) => heard.push(...delta.changedTopics.map(({ name }) => name)))
    await Promise.all(['a', 'b'].map((name) => service.submit('createTopics', topicsRequest([{ name }]))))
    stop()
    await service.submit('createTopics', topicsRequest([{ name: 'c' }]))
    assert.deepEqual(heard, ['a', 'b'])
    assert.equal(entries.filter(({ level }) => level === 'error').length, 3)
    await service.close()
  })

  test('when the disk fails, everything that waits fails; when it works again, so do changes, and nothing comes back', async () => {
    const { fs, state } = watchSyncs(await folder())
    const service = await open(fs)
    await service.submit('registerBroker', registration())
    state.failure = new Error('disk on fire')
    const create = (name: string) => service.submit('createTopics', topicsRequest([{ name }]))
    const outcomes = await Promise.allSettled([create('a'), create('b')])
    assert.ok(outcomes.every(({ status }) => status === 'rejected'))
    await assert.rejects(create('a'), { name: 'MetadataFailedError', code: 56 })
    state.failure = null
    assert.equal((await create('c')).topics[0]?.errorCode, 0)
    assert.equal((await create('a')).topics[0]?.errorCode, 0)
    assert.deepEqual([...service.image.topics.keys()].toSorted(), ['a', 'c'])
    await service.close()
    const again = await open(fs)
    assert.deepEqual([...again.image.topics.keys()].toSorted(), ['a', 'c'])
    await again.close()
  })

  test('a grown log is replaced by a snapshot, and nothing is lost by it', async () => {
    const fs = await folder()
    const properties = { 'metadata.log.max.record.bytes.between.snapshots': '2000' }
    const service = await open(fs, properties)
    await service.submit('registerBroker', registration())
    for (let index = 0; index < 30; index++) {
      await service.submit('createTopics', topicsRequest([{ name: `t${index}`, numPartitions: 2 }]))
    }
    const { offset } = service.image
    await service.close()
    const files = await fs.readdir('/data/__cluster_metadata-0')
    assert.deepEqual([files.length, files.filter((name) => name.endsWith('.checkpoint')).length], [2, 1])
    const again = await open(fs, properties)
    assert.deepEqual([again.image.topics.size, again.image.offset], [30, offset])
    assert.equal(again.image.topics.get('t29')?.partitions.length, 2)
    await again.close()
  })

  test('closing finishes what is being written; afterwards nothing is taken', async () => {
    const fs = await folder()
    const service = await open(fs)
    await service.submit('registerBroker', registration())
    const pending = service.submit('createTopics', topicsRequest([{ name: 'a' }]))
    await service.close()
    assert.equal((await pending).topics[0]?.errorCode, 0)
    await assert.rejects(service.submit('createTopics', topicsRequest([{ name: 'b' }])), MetadataFailedError)
    await service.close()
    const again = await open(fs)
    assert.equal(again.image.topics.size, 1)
    await again.close()
  })

  test("what a topic obeys is what storage's logs take", () => {
    const config: LogConfig = logConfigFor(new Map(), brokerConfig())
    assert.deepEqual(config, defaultLogConfig)
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  DeleteTopicsRequest,
  DeleteTopicsResponse,
  Errors,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from '@milena/protocol'
import { MemoryFileSystem } from '@milena/runtime'
import type { File, FileSystem } from '@milena/runtime'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchFrom, produceTo, valuesIn } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

const TOPIC = 2
const BROKER = 4
const SET = 0

async function deleteTopic(client: WireClient, name: string): Promise<void> {
  const { responses } = await client.send(DeleteTopicsRequest, DeleteTopicsResponse, 5, {
    topicNames: [name],
    timeoutMs: 1000,
  })
  assert.equal(responses[0]!.errorCode, 0)
}

async function setConfig(client: WireClient, resourceType: number, resourceName: string, value: string): Promise<void> {
  const name = resourceType === TOPIC ? 'max.message.bytes' : 'message.max.bytes'
  const configs = [{ name, configOperation: SET, value }]
  const { responses } = await client.send(IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, 1, {
    resources: [{ resourceType, resourceName, configs }],
    validateOnly: false,
  })
  assert.equal(responses[0]!.errorCode, 0, responses[0]!.errorMessage ?? '')
}

test('a topic made anew under an old name begins at offset 0, and knows nothing of the old one', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  for (let round = 0; round < 5; round++) {
    await createTopic(client, 'events')
    assert.equal((await fetchFrom(client, 'events', 0)).highWatermark, 0)
    for (const value of ['a', 'b']) await produceTo(client, 'events', batchOf([`${value}${round}`]))
    assert.deepEqual(valuesIn((await fetchFrom(client, 'events', 0)).records), [`a${round}`, `b${round}`])
    await deleteTopic(client, 'events')
    const { errorCode } = await fetchFrom(client, 'events', 0)
    assert.equal(errorCode, Errors.UNKNOWN_TOPIC_OR_PARTITION.code)
  }
})

test('a change of configuration holds for logs that are open: of the topic before that of the broker', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const produce = async (): Promise<number> => (await produceTo(client, 'events', batchOf(['x'.repeat(500)]))).errorCode
  assert.equal(await produce(), 0)
  await setConfig(client, BROKER, '', '300')
  assert.equal(await produce(), Errors.MESSAGE_TOO_LARGE.code)
  await setConfig(client, TOPIC, 'events', '1000')
  assert.equal(await produce(), 0)
  await setConfig(client, BROKER, '1', '100')
  assert.equal(await produce(), 0)
})

test('a topic that was deleted just before the broker died leaves no log to come back to', async () => {
  const fs = new MemoryFileSystem()
  const first = await TestBroker.start({ fs })
  const client = await first.connect()
  await createTopic(client, 'events')
  await produceTo(client, 'events', batchOf(['x']))
  await first.close()
  // As if the deletion had reached the metadata and not yet the folder: one under a name that no topic has.
  await fs.rename('/data/events-0', '/data/ghost-0')
  await using second = await TestBroker.start({ fs })
  const folders = await fs.readdir('/data')
  assert.equal(folders.includes('ghost-0'), false)
  assert.ok(folders.some((name) => name.startsWith('ghost-0.') && name.endsWith('-delete')))
  assert.equal((await fetchFrom(await second.connect(), 'events', 0)).highWatermark, 0)
})

/** A disk that takes no more bytes into files of logs once `isFull`. */
function fillableDisk(): { readonly fs: FileSystem; isFull: boolean } {
  const disk = { fs: new MemoryFileSystem() as FileSystem, isFull: false }
  const inner = disk.fs
  const refuse = (): Promise<never> => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
  const guarded = (file: File): File =>
    new Proxy(file, {
      get(target, key) {
        if (disk.isFull && (key === 'write' || key === 'writev')) return refuse
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  disk.fs = new Proxy(inner, {
    get(target, key) {
      if (key === 'open') {
        return async (...args: Parameters<FileSystem['open']>) => {
          const file = await target.open(...args)
          return args[0].endsWith('.log') && args[0].includes('events') ? guarded(file) : file
        }
      }
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return disk
}

test('when the disk refuses, producers are told, readers keep what is there, and the broker lives', async () => {
  const disk = fillableDisk()
  await using broker = await TestBroker.start({ fs: disk.fs })
  const client = await broker.connect()
  await createTopic(client, 'events')
  assert.equal((await produceTo(client, 'events', batchOf(['kept']))).errorCode, 0)
  disk.isFull = true
  const failed = await produceTo(client, 'events', batchOf(['lost']))
  assert.deepEqual([failed.errorCode, failed.baseOffset], [Errors.KAFKA_STORAGE_ERROR.code, -1])
  const again = await produceTo(client, 'events', batchOf(['lost too']))
  assert.equal(again.errorCode, Errors.KAFKA_STORAGE_ERROR.code)
  const { records, highWatermark } = await fetchFrom(client, 'events', 0)
  assert.deepEqual([valuesIn(records), highWatermark], [['kept'], 1])
})

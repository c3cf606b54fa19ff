import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AccessControlEntryRecord, BeginTransactionRecord, encode, type Message } from '@milena/protocol'
import { buildBatch } from '@milena/records'
import { MemoryFileSystem } from '@milena/runtime'
import { metadataRecord } from '../image/metadata-record.ts'
import { emptyImage, replayAll } from '../image/replay.ts'
import { metadataSnapshot, readKafkaMetadata } from './kafka-metadata.ts'
import { CorruptMetadataError } from './metadata-log-reader.ts'
import { encodeRecord } from './record-frame.ts'

const FOLDER = '/kafka/__cluster_metadata-0'

const topic = (name: string) =>
  encodeRecord(metadataRecord('TopicRecord', { name, topicId: `${name.padEnd(21, '0')}A` }))

/** A record of which Milena keeps nothing, in its frame. */
function other(schema: Message, value: object): Uint8Array {
  return Uint8Array.of(1, schema.apiKey, 0, ...encode(schema, 0, value as never))
}

const begin = other(BeginTransactionRecord, { name: 'Bootstrap' })
const end = Uint8Array.of(1, 24, 0, 0)
const abort = Uint8Array.of(1, 25, 0, 0)

const acl = other(AccessControlEntryRecord, {
  id: 'AAAAAAAAAAAAAAAAAAAAAQ',
  resourceType: 2,
  resourceName: 'orders',
  patternType: 3,
  principal: 'User:alice',
  host: '*',
  operation: 3,
  permissionType: 3,
})

/** A log of these batches of records. */
function log(baseOffset: number, ...batches: readonly (readonly Uint8Array[])[]): Uint8Array {
  let next = baseOffset
  const parts = batches.map((values) => {
    const bytes = buildBatch({ baseOffset: next, records: values.map((value) => ({ timestamp: 1, key: null, value })) })
    next += values.length
    return bytes
  })
  return Buffer.concat(parts)
}

async function read(files: Readonly<Record<string, Uint8Array>>) {
  const fs = new MemoryFileSystem()
  await fs.mkdir(FOLDER)
  for (const [name, bytes] of Object.entries(files)) await fs.writeFile(`${FOLDER}/${name}`, bytes)
  return readKafkaMetadata({ fs, folder: FOLDER, clusterId: 'c' })
}

const FIRST = '00000000000000000000.log'

describe('the metadata log of Apache Kafka', () => {
  test('a change over several batches counts when it has ended, and not when it was given up', async () => {
    const { image, notKept } = await read({
      [FIRST]: log(0, [topic('a'), begin, topic('b')], [topic('c'), end], [begin, topic('d')], [abort, topic('e')]),
    })
    assert.deepEqual([...image.topics.keys()].toSorted(), ['a', 'b', 'c', 'e'])
    assert.deepEqual([image.offset, notKept], [8, []])
    const torn = await read({ [FIRST]: log(0, [topic('a'), begin, topic('b')]) })
    assert.deepEqual([...torn.image.topics.keys()], ['a'])
    assert.match(torn.notKept.join(), /A change of the metadata \(Bootstrap\) had not ended/)
  })

  test('what is not kept is named', async () => {
    const removed = Uint8Array.of(1, 19, 0, ...acl.subarray(3, 19), 0)
    const { notKept } = await read({ [FIRST]: log(0, [acl, Uint8Array.of(1, 99, 0, 0)], [Uint8Array.of(1, 99, 0, 0)]) })
    assert.equal(notKept.length, 2)
    assert.match(notKept[0]!, /User:alice from \* on 'orders'/)
    assert.match(notKept[1]!, /^2 metadata records of the unknown type 99/)
    assert.deepEqual((await read({ [FIRST]: log(0, [acl], [removed]) })).notKept, [])
  })

  test('a snapshot, and what the log has behind it', async () => {
    const name = 'snap'
    const { image } = replayAll({ ...emptyImage('c'), offset: 6 }, [
      metadataRecord('TopicRecord', { name, topicId: 'AAAAAAAAAAAAAAAAAAAAAg' }),
    ])
    const snapshot = metadataSnapshot(image, 1)
    assert.equal(snapshot.name, '00000000000000000008-0000000001.checkpoint')
    const files = {
      [snapshot.name]: snapshot.bytes,
      '00000000000000000006.log': log(6, [topic('x'), topic('y')], [topic('z')]),
    }
    const found = await read(files)
    assert.deepEqual([...found.image.topics.keys()].toSorted(), [name, 'z'])
    assert.equal(found.image.offset, 8)
    await assert.rejects(read({ ...files, [snapshot.name]: snapshot.bytes.slice(0, -1) }), CorruptMetadataError)
    await assert.rejects(
      read({ [snapshot.name]: snapshot.bytes, '00000000000000000009.log': log(9, [topic('z')]) }),
      /8 is missing/,
    )
  })

  test('a torn last batch was never acknowledged', async () => {
    const bytes = log(0, [topic('a')], [topic('b')])
    assert.deepEqual([...(await read({ [FIRST]: bytes.slice(0, -3) })).image.topics.keys()], ['a'])
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MemoryFileSystem } from '@milena/runtime'
import { readMetaProperties, writeMetaProperties } from './meta-properties.ts'
import { formatOffsetCheckpoint, parseOffsetCheckpoint, readOffsetCheckpoint } from './offset-checkpoint.ts'
import { formatPartitionMetadata, parsePartitionMetadata } from './partition-metadata.ts'
import { deletedDirName, parsePartitionDirName } from '../topic-partition.ts'

describe('offset checkpoints', () => {
  test('are written as Kafka writes them, and read again', () => {
    const text = formatOffsetCheckpoint([
      [{ topic: 'a', partition: 0 }, 12],
      [{ topic: 'b.c-d', partition: 11 }, 0],
    ])
    assert.equal(text, '0\n2\na 0 12\nb.c-d 11 0\n')
    assert.deepEqual(
      [...parseOffsetCheckpoint(text)],
      [
        ['a-0', 12],
        ['b.c-d-11', 0],
      ],
    )
  })

  test('that are no such text are refused; one that is not there is empty', async () => {
    for (const text of ['', '1\n0\n', '0\n2\na 0 1\n', '0\n1\na 0\n', '0\n1\na 0 x\n']) {
      assert.throws(() => parseOffsetCheckpoint(text), { name: 'CorruptFileError' }, JSON.stringify(text))
    }
    assert.equal((await readOffsetCheckpoint(new MemoryFileSystem(), '/none')).size, 0)
  })
})

describe('partition.metadata', () => {
  test('holds the topic id', () => {
    const text = formatPartitionMetadata('AAAAAAAAAAAAAAAAAAAAAQ')
    assert.equal(text, 'version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ')
    assert.equal(parsePartitionMetadata(text), 'AAAAAAAAAAAAAAAAAAAAAQ')
    for (const wrong of ['', text.replace('0', '1'), text.slice(0, -1)]) {
      assert.throws(() => parsePartitionMetadata(wrong), { name: 'CorruptFileError' })
    }
  })
})

describe('meta.properties', () => {
  test('is read in both versions, with the comments that Kafka writes', async () => {
    const fs = new MemoryFileSystem()
    await fs.mkdir('/logs')
    assert.equal(await readMetaProperties(fs, '/logs'), undefined)
    const meta = { clusterId: 'MkU3OEVBNTcwNTJENDM2Qg', nodeId: 3, directoryId: 'AAAAAAAAAAAAAAAAAAAAAw' }
    await writeMetaProperties(fs, '/logs', meta)
    assert.deepEqual(await readMetaProperties(fs, '/logs'), meta)
    await fs.writeFile('/logs/meta.properties', '#\n#Sun Nov 22\nbroker.id=5\nversion=0\ncluster.id=x\n')
    assert.deepEqual(await readMetaProperties(fs, '/logs'), { clusterId: 'x', nodeId: 5, directoryId: undefined })
    for (const text of [
      'version=2\ncluster.id=x\nnode.id=1',
      'version=1\nnode.id=1',
      'version=1\ncluster.id=x\nnode.id=one',
    ]) {
      await fs.writeFile('/logs/meta.properties', text)
      await assert.rejects(readMetaProperties(fs, '/logs'), { name: 'CorruptFileError' })
    }
  })
})

describe('names of folders', () => {
  test('are those of partitions, or nothing', () => {
    assert.deepEqual(parsePartitionDirName('a-b.c_d-12'), { topic: 'a-b.c_d', partition: 12 })
    for (const name of ['topic', 'topic-', '-1', 'topic-01', 'topic-1x', 'a b-0', 'topic-0.abc-delete', '../x-0']) {
      assert.equal(parsePartitionDirName(name), undefined, name)
    }
  })

  test('of deleted partitions fit into what a file system allows', () => {
    const name = deletedDirName({ topic: 't'.repeat(249), partition: 123 }, 'f'.repeat(32))
    assert.equal(name.length, 255)
    assert.ok(name.endsWith(`t-123.${'f'.repeat(32)}-delete`))
  })
})

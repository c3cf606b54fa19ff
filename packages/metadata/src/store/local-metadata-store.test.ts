import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  captureLogger,
  type File,
  type FileSystem,
  FileSystemError,
  ManualClock,
  MemoryFileSystem,
  silentLogger,
} from '@milena/runtime'
import { type MetadataRecord, metadataRecord } from '../image/metadata-record.ts'
import { replayAll } from '../image/replay.ts'
import { LocalMetadataStore, METADATA_FOLDER } from './local-metadata-store.ts'
import { CorruptMetadataError } from './metadata-log-reader.ts'

const FOLDER = `/data/${METADATA_FOLDER}`
const FIRST_LOG = `${FOLDER}/00000000000000000000.log`

const topic = (name: string) => metadataRecord('TopicRecord', { name, topicId: `${name.padEnd(21, '0')}A` })
const names = (store: LocalMetadataStore) => [...store.loaded.topics.keys()].toSorted((a, b) => (a < b ? -1 : 1))

async function folder(): Promise<MemoryFileSystem> {
  const fs = new MemoryFileSystem()
  await fs.mkdir('/data')
  return fs
}

function open(
  fs: FileSystem,
  maxBytesBetweenSnapshots = Number.MAX_VALUE,
  logger = silentLogger,
): Promise<LocalMetadataStore> {
  const clock = new ManualClock()
  return LocalMetadataStore.open({ logDir: '/data', clusterId: 'c', fs, clock, logger, maxBytesBetweenSnapshots })
}

/** A file system whose folder holds only these files of the metadata. */
async function folderOf(files: Readonly<Record<string, Uint8Array>>): Promise<MemoryFileSystem> {
  const fs = await folder()
  await fs.mkdir(FOLDER)
  for (const [path, bytes] of Object.entries(files)) await fs.writeFile(path, bytes)
  return fs
}

async function written(
  batches: readonly (readonly MetadataRecord[])[],
): Promise<{ bytes: Uint8Array; ends: number[] }> {
  const fs = await folder()
  const store = await open(fs)
  const ends: number[] = []
  for (const records of batches) {
    await store.append(records)
    ends.push((await fs.stat(FIRST_LOG)).size)
  }
  await store.close()
  return { bytes: await fs.readFile(FIRST_LOG), ends }
}

describe('the metadata log of a single node', () => {
  test('holds what was appended', async () => {
    const fs = await folder()
    const first = await open(fs)
    assert.equal(first.loaded.offset, -1)
    await first.append([topic('a'), topic('b')])
    await first.append([topic('c')])
    await first.close()
    const second = await open(fs)
    assert.deepEqual(names(second), ['a', 'b', 'c'])
    assert.equal(second.loaded.offset, 2)
    await second.append([topic('d')])
    await second.close()
    const third = await open(fs)
    assert.deepEqual([names(third), third.loaded.offset], [['a', 'b', 'c', 'd'], 3])
    await third.close()
  })

  test('cut at any byte, it holds every batch before the cut, says so, and goes on', async () => {
    const { bytes, ends } = await written([[topic('a')], [topic('b'), topic('c')], [topic('d')]])
    const expected = [[], ['a'], ['a', 'b', 'c'], ['a', 'b', 'c', 'd']]
    for (let cut = 0; cut <= bytes.length; cut++) {
      const fs = await folderOf({ [FIRST_LOG]: bytes.slice(0, cut) })
      const { logger, entries } = captureLogger()
      const store = await open(fs, Number.MAX_VALUE, logger)
      const whole = ends.filter((end) => end <= cut).length
      assert.deepEqual(names(store), expected[whole], `cut at ${cut}`)
      const torn = cut !== (ends[whole - 1] ?? 0)
      assert.deepEqual(
        entries.map(({ level }) => level),
        torn ? ['warn'] : [],
        `cut at ${cut}`,
      )
      await store.append([topic('z')])
      await store.close()
      const again = await open(fs)
      assert.deepEqual(names(again), [...expected[whole]!, 'z'], `cut at ${cut}`)
      await again.close()
    }
  })

  test('damage in what was acknowledged stops the start, wherever it is', async () => {
    const { bytes, ends } = await written([[topic('a')], [topic('b')], [topic('c')]])
    const starts = [0, ...ends]
    for (let at = 0; at < ends[2]!; at++) {
      // The leader epoch of a batch is neither covered by its checksum nor read by anybody.
      if (starts.some((start) => at >= start + 12 && at < start + 16)) continue
      const damaged = bytes.slice()
      damaged[at]! ^= 0x40
      const fs = await folderOf({ [FIRST_LOG]: damaged })
      await assert.rejects(open(fs), CorruptMetadataError, `byte ${at}`)
    }
  })

  test('a last batch of which a part reads as zeros was not finished', async () => {
    const { bytes, ends } = await written([[topic('a')], [topic('b')]])
    for (const at of [0, 10, 40, 80]) {
      const store = await open(await folderOf({ [FIRST_LOG]: bytes.slice().fill(0, ends[0]! + at) }))
      assert.deepEqual(names(store), ['a'])
      await store.close()
    }
  })

  test('what a start finds at the end, and nobody may have synced, is written again and synced before it is shown', async () => {
    const { bytes, ends } = await written([[topic('a')], [topic('b')]])
    const fs = await folderOf({ [FIRST_LOG]: bytes })
    const calls: string[] = []
    const opened = fs.open.bind(fs)
    fs.open = async (...args) => {
      const file = await opened(...args)
      const [writev, sync] = [file.writev.bind(file), file.sync.bind(file)]
      file.writev = (buffers, position) => {
        calls.push(`writes ${position} to ${position + buffers[0]!.byteLength}`)
        return writev(buffers, position)
      }
      file.sync = () => {
        calls.push('syncs')
        return sync()
      }
      return file
    }
    const store = await open(fs)
    assert.deepEqual(calls, [`writes ${ends[0]} to ${ends[1]}`, 'syncs'])
    assert.deepEqual(names(store), ['a', 'b'])
    await store.close()
    assert.deepEqual(await fs.readFile(FIRST_LOG), bytes)
  })
})

describe('snapshots', () => {
  async function compacted(): Promise<{ fs: MemoryFileSystem; beforeFiles: Record<string, Uint8Array> }> {
    const fs = await folder()
    const store = await open(fs, 1)
    const records = ['a', 'b', 'c'].map(topic)
    await store.append(records)
    const beforeFiles = { [FIRST_LOG]: await fs.readFile(FIRST_LOG) }
    await store.compact(replayAll(store.loaded, records).image)
    await store.append([topic('d')])
    await store.close()
    return { fs, beforeFiles }
  }

  const SNAPSHOT = `${FOLDER}/00000000000000000003-0000000001.checkpoint`
  const SECOND_LOG = `${FOLDER}/00000000000000000003.log`

  test('replace the log when it has grown', async () => {
    const { fs } = await compacted()
    assert.deepEqual(
      (await fs.readdir(FOLDER)).map((name) => `${FOLDER}/${name}`),
      [SNAPSHOT, SECOND_LOG],
    )
    const store = await open(fs)
    assert.deepEqual([names(store), store.loaded.offset], [['a', 'b', 'c', 'd'], 3])
    await store.close()
  })

  test('are not taken of a small log', async () => {
    const fs = await folder()
    const store = await open(fs, 1_000_000)
    await store.append([topic('a')])
    await store.compact(replayAll(store.loaded, [topic('a')]).image)
    await store.close()
    assert.deepEqual(await fs.readdir(FOLDER), ['00000000000000000000.log'])
  })

  test('whatever moment of a compaction the process dies at, nothing is lost', async () => {
    const { fs, beforeFiles } = await compacted()
    const snapshot = await fs.readFile(SNAPSHOT)
    const moments: Record<string, Uint8Array>[] = [
      { ...beforeFiles, [`${SNAPSHOT}.tmp`]: snapshot.slice(0, 20) },
      { ...beforeFiles, [SNAPSHOT]: snapshot },
      { ...beforeFiles, [SNAPSHOT]: snapshot, [SECOND_LOG]: new Uint8Array() },
      { [SNAPSHOT]: snapshot, [SECOND_LOG]: new Uint8Array() },
    ]
    for (const [index, files] of moments.entries()) {
      const left = await folderOf(files)
      const store = await open(left)
      assert.deepEqual([names(store), store.loaded.offset], [['a', 'b', 'c'], 2], `moment ${index}`)
      await store.append([topic('d')])
      await store.close()
      const again = await open(left)
      assert.deepEqual([names(again), again.loaded.offset], [['a', 'b', 'c', 'd'], 3], `moment ${index}`)
      await again.close()
      assert.ok((await left.readdir(FOLDER)).every((name) => !name.endsWith('.tmp')))
    }
  })

  test('that are damaged stop the start', async () => {
    const { fs } = await compacted()
    const bytes = await fs.readFile(SNAPSHOT)
    for (const damaged of [bytes.slice(0, -1), bytes.slice(0, 100), new Uint8Array()]) {
      const left = await folderOf({ [SNAPSHOT]: damaged, [SECOND_LOG]: await fs.readFile(SECOND_LOG) })
      await assert.rejects(open(left), CorruptMetadataError)
    }
  })

  test('without the log behind them are not mistaken for all there is', async () => {
    const { fs, beforeFiles } = await compacted()
    const left = await folderOf({ ...beforeFiles, [SECOND_LOG]: await fs.readFile(SECOND_LOG) })
    const store = await open(left)
    assert.deepEqual(names(store), ['a', 'b', 'c', 'd'])
    await store.close()
    const gap = await folderOf({ [SECOND_LOG]: await fs.readFile(SECOND_LOG) })
    await assert.rejects(open(gap), /offset 0 is missing before 3/)
  })
})

describe('a disk that refuses', () => {
  /** Fails the calls that are named. */
  function failing(inner: FileSystem) {
    const state = { fails: new Set<string>() }
    const check = (name: string): void => {
      if (state.fails.has(name)) throw new FileSystemError('ENOSPC', 'the disk is full', name)
    }
    const fs = new Proxy(inner, {
      get(target, name: keyof FileSystem) {
        const call = target[name].bind(target) as (...args: unknown[]) => Promise<unknown>
        return async (...args: unknown[]): Promise<unknown> => {
          check(name)
          const result = await call(...args)
          if (name !== 'open') return result
          const file = result as File
          for (const each of ['writev', 'sync', 'truncate'] as const) {
            const inFile = file[each].bind(file) as (...args: unknown[]) => Promise<void>
            file[each] = async (...inArgs: unknown[]) => {
              if (each === 'writev' && state.fails.has('writev')) {
                const [[bytes], position] = inArgs as [Uint8Array[], number]
                await inFile([bytes!.subarray(0, 40)], position)
              }
              check(each)
              await inFile(...inArgs)
            }
          }
          return file
        }
      },
    })
    return { fs, state }
  }

  for (const call of ['writev', 'sync']) {
    test(`a ${call} that fails leaves nothing behind, and the next one follows on what was acknowledged`, async () => {
      const disk = await folder()
      const { fs, state } = failing(disk)
      const store = await open(fs)
      await store.append([topic('a')])
      state.fails.add(call)
      await assert.rejects(store.append([topic('lost')]), { code: 'ENOSPC' })
      state.fails.add('truncate')
      await assert.rejects(store.append([topic('lost')]), { code: 'ENOSPC' })
      state.fails.clear()
      await store.append([topic('b')])
      await store.close()
      const again = await open(disk)
      assert.deepEqual(names(again), ['a', 'b'])
      assert.equal(again.loaded.offset, 1)
      await again.close()
    })
  }

  test('a snapshot for which there is no room, or no log behind it, changes nothing', async () => {
    const disk = await folder()
    const { fs, state } = failing(disk)
    let store = await open(fs, 10)
    let image = store.loaded
    const append = async (name: string): Promise<void> => {
      image = replayAll(image, [topic(name)]).image
      await store.append([topic(name)])
    }
    await append('a')
    for (const call of ['writeFile', 'open', 'syncDirectory']) {
      state.fails.add(call)
      await assert.rejects(store.compact(image), { code: 'ENOSPC' })
      state.fails.clear()
      await append(`after-${call.toLowerCase()}`)
    }
    await store.close()
    store = await open(fs, 10)
    assert.equal(store.loaded.topics.size, 4)
    // The disk was so broken that not even what was half made could be removed.
    await append('b')
    state.fails.add('syncDirectory').add('remove')
    await assert.rejects(store.compact(image), { code: 'ENOSPC' })
    state.fails.clear()
    await append('c')
    await store.close()
    store = await open(disk, 10)
    assert.equal(store.loaded.topics.size, 6)
    await store.compact(image)
    await append('d')
    await store.close()
    const again = await open(disk)
    assert.equal(again.loaded.topics.size, 7)
    await again.close()
  })
})

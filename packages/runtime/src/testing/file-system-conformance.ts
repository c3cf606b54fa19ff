import assert from 'node:assert/strict'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { hasErrorCode } from '../file-system.ts'
import type { File, FileSystem } from '../file-system.ts'

/** A file system under test and an empty folder in it. */
export interface FileSystemFixture {
  readonly fs: FileSystem
  readonly directory: string
  dispose(): Promise<void>
}

const bytes = (text: string): Uint8Array => Buffer.from(text)
const text = (content: Uint8Array): string => Buffer.from(content).toString()
const code =
  (...codes: readonly string[]) =>
  (error: unknown): boolean =>
    codes.some((expected) => hasErrorCode(error, expected))

/** What every `FileSystem` must do; each implementation's test calls this. */
export function fileSystemConformance(name: string, create: () => Promise<FileSystemFixture>): void {
  describe(`${name} as a FileSystem`, () => {
    let fixture: FileSystemFixture
    let fs: FileSystem
    const at = (...names: readonly string[]): string => path.join(fixture.directory, ...names)

    beforeEach(async () => {
      fixture = await create()
      fs = fixture.fs
    })
    afterEach(() => fixture.dispose())

    const using = async (file: string, use: (opened: File) => Promise<void>): Promise<void> => {
      const opened = await fs.open(at(file), 'create')
      try {
        await use(opened)
      } finally {
        await opened.close()
      }
    }

    describe('open', () => {
      test('finds no file that is not there, unless it may make it', async () => {
        await assert.rejects(fs.open(at('none'), 'read'), code('ENOENT'))
        await assert.rejects(fs.open(at('none'), 'readwrite'), code('ENOENT'))
        await assert.rejects(fs.open(at('no-folder', 'file'), 'create'), code('ENOENT'))
        await (await fs.open(at('none'), 'create')).close()
        assert.equal(text(await fs.readFile(at('none'))), '')
      })

      test('keeps what a file holds', async () => {
        await fs.writeFile(at('kept'), 'content')
        await using('kept', async (file) => assert.equal(await file.size(), 7))
        assert.equal(text(await fs.readFile(at('kept'))), 'content')
      })

      test('lets no one write who asked to read', async () => {
        await fs.writeFile(at('file'), 'content')
        const file = await fs.open(at('file'), 'read')
        await assert.rejects(file.writev([bytes('x')], 0), code('EBADF', 'EPERM'))
        await assert.rejects(file.truncate(0), code('EBADF', 'EPERM', 'EINVAL'))
        await file.close()
        assert.equal(text(await fs.readFile(at('file'))), 'content')
      })
    })

    describe('an open file', () => {
      test('is read up to its end', async () => {
        await fs.writeFile(at('file'), 'abcdef')
        const file = await fs.open(at('file'), 'read')
        const target = Buffer.alloc(4, '.')
        assert.equal(await file.read(target, 0), 4)
        assert.equal(target.toString(), 'abcd')
        assert.equal(await file.read(target, 4), 2)
        assert.equal(target.toString(), 'efcd')
        assert.equal(file.readSync(target, 5), 1)
        assert.equal(target.toString(), 'ffcd')
        assert.equal(await file.read(target, 6), 0)
        assert.equal(file.readSync(target, 600), 0)
        await file.close()
      })

      test('takes gathered writes at any position and fills the gap with zeros', () =>
        using('file', async (file) => {
          await file.writev([bytes('ab'), new Uint8Array(0), bytes('cd')], 3)
          file.writevSync([new Uint8Array(0), bytes('x')], 0)
          await file.writev([], 100)
          assert.equal(text(await fs.readFile(at('file'))), 'x\0\0abcd')
          await file.sync()
        }))

      test('takes more buffers than the system call does', () =>
        using('file', async (file) => {
          const buffers = Array.from({ length: 3000 }, (_, index) => bytes(`${index},`))
          await file.writev(buffers, 0)
          const expected = Buffer.concat(buffers)
          assert.deepEqual(Buffer.from(await fs.readFile(at('file'))), expected)
          file.writevSync(buffers, expected.length)
          assert.equal(await file.size(), 2 * expected.length)
        }))

      test('is cut and lengthened with zeros, also where something was before', () =>
        using('file', async (file) => {
          await file.writev([bytes('abcdef')], 0)
          await file.truncate(2)
          await file.truncate(5)
          assert.equal(text(await fs.readFile(at('file'))), 'ab\0\0\0')
          await file.truncate(0)
          assert.equal(await file.size(), 0)
        }))

      test('does nothing after it was closed, except be closed again', async () => {
        const file = await fs.open(at('file'), 'create')
        await file.close()
        await file.close()
        await assert.rejects(file.read(new Uint8Array(1), 0), code('EBADF'))
        await assert.rejects(file.writev([bytes('x')], 0), code('EBADF'))
        await assert.rejects(file.sync(), code('EBADF'))
        await assert.rejects(file.truncate(1), code('EBADF'))
        await assert.rejects(file.size(), code('EBADF'))
        assert.throws(() => file.readSync(new Uint8Array(1), 0), code('EBADF'))
        assert.throws(() => file.writevSync([bytes('x')], 0), code('EBADF'))
      })

      test('is closed behind the operations under way', async () => {
        const file = await fs.open(at('file'), 'create')
        const content = Buffer.alloc(1 << 20, 'x')
        const writes = [0, 1, 2, 3].map((index) => file.writev([content], index * content.length))
        await file.close()
        await Promise.all(writes)
        assert.equal((await fs.stat(at('file'))).size, 4 * content.length)
      })

      test('shows the same bytes as a plain array does, whatever is done to it', () =>
        fc.assert(
          fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (operations) => {
            await fs.removeDirectory(at('model'))
            await fs.mkdir(at('model'))
            const file = await fs.open(at('model', 'file'), 'create')
            const model = new ArrayModel()
            for (const { kind, position, length, seed } of operations) {
              const content = new Uint8Array(length).map((_, index) => seed + index)
              if (kind === 'truncate') {
                await file.truncate(position)
                model.truncate(position)
              } else if (kind === 'write') {
                await file.writev([content.subarray(0, length >> 1), content.subarray(length >> 1)], position)
                model.write(content, position)
              } else {
                const target = new Uint8Array(length)
                const count = await file.read(target, position)
                assert.deepEqual(target.subarray(0, count), model.read(position, length))
              }
            }
            await file.close()
            assert.ok(Buffer.from(await fs.readFile(at('model', 'file'))).equals(model.bytes))
          }),
          { numRuns: 40 },
        ))
    })

    describe('whole files', () => {
      test('are replaced', async () => {
        await fs.writeFile(at('file'), 'a long content')
        await fs.writeFile(at('file'), bytes('short'))
        assert.equal(text(await fs.readFile(at('file'))), 'short')
        await assert.rejects(fs.readFile(at('none')), code('ENOENT'))
        await assert.rejects(fs.writeFile(at('none', 'file'), ''), code('ENOENT'))
      })

      test('are replaced at once, with nothing left beside them', async () => {
        await fs.writeFile(at('file'), 'a long content')
        await fs.writeFile(at('file'), bytes('short'), { atomic: true })
        await fs.writeFile(at('new'), 'new', { atomic: true })
        assert.equal(text(await fs.readFile(at('file'))), 'short')
        assert.deepEqual(await fs.readdir(fixture.directory), ['file', 'new'])
      })
    })

    describe('names', () => {
      test('change, and take the place of a file', async () => {
        await fs.writeFile(at('a'), 'a')
        await fs.writeFile(at('b'), 'b')
        await fs.rename(at('a'), at('b'))
        assert.deepEqual(await fs.readdir(fixture.directory), ['b'])
        assert.equal(text(await fs.readFile(at('b'))), 'a')
        await fs.rename(at('b'), at('b'))
        await assert.rejects(fs.rename(at('a'), at('c')), code('ENOENT'))
        await assert.rejects(fs.rename(at('b'), at('none', 'b')), code('ENOENT'))
      })

      test('of folders change with all that is in them, and take no place', async () => {
        await fs.mkdir(at('topic-0', 'inner'))
        await fs.writeFile(at('topic-0', 'inner', 'file'), 'x')
        await fs.rename(at('topic-0'), at('topic-0.deleted'))
        assert.equal(text(await fs.readFile(at('topic-0.deleted', 'inner', 'file'))), 'x')
        await fs.mkdir(at('taken'))
        await assert.rejects(fs.rename(at('topic-0.deleted'), at('taken')), code('EEXIST'))
        await assert.rejects(fs.rename(at('topic-0.deleted'), at('topic-0.deleted', 'inside')), code('EINVAL', 'EPERM'))
      })

      test('are removed', async () => {
        await fs.writeFile(at('file'), 'x')
        await fs.remove(at('file'))
        assert.equal(await fs.exists(at('file')), false)
        await assert.rejects(fs.remove(at('file')), code('ENOENT'))
        await fs.mkdir(at('folder'))
        await assert.rejects(fs.remove(at('folder')), code('EISDIR', 'EPERM'))
      })

      test('of folders are removed with all that is in them', async () => {
        await fs.mkdir(at('folder', 'inner'))
        await fs.writeFile(at('folder', 'inner', 'file'), 'x')
        await fs.removeDirectory(at('folder'))
        await fs.removeDirectory(at('folder'))
        assert.deepEqual(await fs.readdir(fixture.directory), [])
        await fs.writeFile(at('file'), 'x')
        await assert.rejects(fs.removeDirectory(at('file')), code('ENOTDIR'))
      })

      test('are made and listed in order', async () => {
        await fs.mkdir(at('b', 'c'))
        await fs.mkdir(at('b', 'c'))
        await fs.writeFile(at('b', 'a'), '')
        await fs.writeFile(at('b', 'B'), '')
        assert.deepEqual(await fs.readdir(at('b')), ['B', 'a', 'c'])
        await assert.rejects(fs.readdir(at('none')), code('ENOENT'))
        await assert.rejects(fs.readdir(at('b', 'a')), code('ENOTDIR'))
        await assert.rejects(fs.mkdir(at('b', 'a')), code('EEXIST'))
        await fs.syncDirectory(at('b'))
        await assert.rejects(fs.syncDirectory(at('none')), code('ENOENT'))
      })

      test('tell what they stand for', async () => {
        await fs.writeFile(at('file'), 'abc')
        const file = await fs.stat(at('file'))
        assert.deepEqual([file.size, file.isFile, file.isDirectory], [3, true, false])
        assert.ok(Number.isInteger(file.modifiedMs) && file.modifiedMs > 0)
        const folder = await fs.stat(fixture.directory)
        assert.deepEqual([folder.isFile, folder.isDirectory], [false, true])
        assert.equal(await fs.exists(at('file')), true)
        assert.equal(await fs.exists(at('none')), false)
        assert.equal(await fs.exists(at('file', 'inside')), false)
        await assert.rejects(fs.stat(at('none')), code('ENOENT'))
      })
    })

    test('what is open is neither moved nor removed', async () => {
      await fs.mkdir(at('folder'))
      await fs.writeFile(at('other'), '')
      const file = await fs.open(at('folder', 'file'), 'create')
      await assert.rejects(fs.remove(at('folder', 'file')), code('EBUSY'))
      await assert.rejects(fs.rename(at('folder', 'file'), at('moved')), code('EBUSY'))
      await assert.rejects(fs.rename(at('other'), at('folder', 'file')), code('EBUSY'))
      await assert.rejects(fs.writeFile(at('folder', 'file'), '', { atomic: true }), code('EBUSY'))
      await assert.rejects(fs.rename(at('folder'), at('moved')), code('EBUSY'))
      await assert.rejects(fs.removeDirectory(at('folder')), code('EBUSY'))
      await file.close()
      await fs.rename(at('folder'), at('moved'))
      await fs.removeDirectory(at('moved'))
    })

    test('a volume has a size and room', async () => {
      const { totalBytes, usableBytes } = await fs.space(fixture.directory)
      assert.ok(usableBytes > 0 && totalBytes >= usableBytes)
    })

    describe('a lock', () => {
      test('is held by one', async () => {
        const lock = await fs.lock(at('.lock'))
        await assert.rejects(fs.lock(at('.lock')), code('ELOCKED'))
        await assert.rejects(fs.lock(at('folder', '..', '.lock')), code('ELOCKED'))
        const other = await fs.lock(at('other.lock'))
        await lock.release()
        await lock.release()
        const again = await fs.lock(at('.lock'))
        await assert.rejects(fs.lock(at('.lock')), code('ELOCKED'))
        await again.release()
        await other.release()
      })

      test('leaves an empty file that locks nothing', async () => {
        await fs.writeFile(at('.lock'), '')
        await (await fs.lock(at('.lock'))).release()
        assert.equal((await fs.stat(at('.lock'))).size, 0)
        assert.deepEqual(await fs.readdir(fixture.directory), ['.lock'])
        await assert.rejects(fs.lock(at('none', '.lock')), code('ENOENT', 'ENOLCK'))
      })
    })
  })
}

const operation = fc.record({
  kind: fc.constantFrom('write', 'write', 'read', 'truncate'),
  position: fc.oneof(fc.nat(2000), fc.nat(200_000)),
  length: fc.oneof(fc.nat(300), fc.nat(150_000)),
  seed: fc.nat(255),
})

/** The simplest thing that is a file. */
class ArrayModel {
  bytes = new Uint8Array(0)

  truncate(size: number): void {
    const next = new Uint8Array(size)
    next.set(this.bytes.subarray(0, size))
    this.bytes = next
  }

  write(content: Uint8Array, position: number): void {
    if (content.byteLength === 0) return
    if (position + content.byteLength > this.bytes.byteLength) this.truncate(position + content.byteLength)
    this.bytes.set(content, position)
  }

  read(position: number, length: number): Uint8Array {
    return this.bytes.slice(position, position + length)
  }
}

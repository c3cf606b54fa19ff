import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { File, OpenMode } from '@milena/runtime'
import { crc32c } from '@milena/records'
import { histories } from '../crash/histories.ts'
import type { Wrap } from '../crash/recovery.ts'
import { DelegatingFileSystem, FileWithSync } from '../planted/delegating-file-system.ts'
import { FlipFailure, flipEverywhere, newFlipTally } from './flip-everywhere.ts'

const CRC_AT = 17

/** Makes checksums right that are not: as if nobody looked at them. */
class RightChecksums extends FileWithSync {
  override async read(target: Uint8Array, position: number): Promise<number> {
    const filled = await super.read(target, position)
    const bytes = Buffer.from(target.buffer, target.byteOffset, filled)
    for (let at = 0; at + 61 <= filled;) {
      const size = 12 + bytes.readInt32BE(at + 8)
      if (size < 61 || at + size > filled) break
      bytes.writeUInt32BE(crc32c(bytes.subarray(at + CRC_AT + 4, at + size)), at + CRC_AT)
      at += size
    }
    return filled
  }
}

class WithoutChecksums extends DelegatingFileSystem {
  override async open(file: string, mode: OpenMode): Promise<File> {
    const opened = await super.open(file, mode)
    return file.endsWith('.log') ? new RightChecksums(opened, (each) => each.sync()) : opened
  }
}

describe('a flipped bit', () => {
  for (const [name, steps] of Object.entries(histories)) {
    test(`is never served: ${name}`, async () => {
      const tally = newFlipTally()
      await flipEverywhere({ steps, tally, sample: { oneIn: 61, part: 0 }, replay: 'npm run test:crash' })
      assert.ok(tally.flips > 3, JSON.stringify(tally))
    })
  }

  test('is found to be served where nobody looks at checksums', async () => {
    const wrap: Wrap = (fs) => new WithoutChecksums(fs)
    const steps = histories['append, flush, roll']!
    const failing = flipEverywhere({ steps, tally: newFlipTally(), wrap, replay: 'npm run test:crash' })
    await assert.rejects(failing, (error) => {
      assert.ok(error instanceof FlipFailure)
      assert.match(error.problems.join('\n'), /wrongly/)
      return true
    })
  })
})

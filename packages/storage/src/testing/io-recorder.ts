import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ObservedFileSystem } from './observed-file-system.ts'

const testdata = path.join(import.meta.dirname, '../../testdata')

/** Writes down the calls to a file system, under headings that say what made them. */
export class IoRecorder {
  readonly #lines: string[] = []

  observe(fs: ObservedFileSystem): ObservedFileSystem {
    fs.observer = ({ operation, path: file, detail }) => {
      this.#lines.push(`${operation} ${file} ${detail}`.trim())
    }
    return fs
  }

  heading(text: string): void {
    this.#lines.push('', `# ${text}`)
  }

  /**
   * Compares what was written down with a file in `testdata`. With REWRITE=1 it is written anew: to be committed only if
   * every line of the difference is understood.
   */
  assertAsIn(file: string): void {
    const golden = path.join(testdata, file)
    const text = `${this.#lines.join('\n').trim()}\n`
    if (process.env['REWRITE'] === '1') writeFileSync(golden, text)
    assert.equal(text, readFileSync(golden, 'utf8').replaceAll('\r\n', '\n'))
  }
}

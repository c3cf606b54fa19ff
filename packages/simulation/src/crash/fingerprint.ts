import { createHash } from 'node:crypto'
import type { Crash } from './crash-run.ts'

/** The same for two crashes that leave the same disk and the same promises: one of them tells what both would. */
export function fingerprint({ image, models }: Crash): string {
  const hash = createHash('sha1')
  for (const [file, content] of image) {
    hash.update(`${file}\n${content?.byteLength}\n`)
    if (content !== undefined) hash.update(content)
  }
  for (const model of models.values()) {
    const { topicId, batches, earlier, promisedOffset, startAtLeast, startAtMost, mayBeGone } = model
    const sizes = [batches.length, ...earlier.map((version) => version.length)]
    hash.update(JSON.stringify([topicId, sizes, promisedOffset, startAtLeast, startAtMost, mayBeGone]))
  }
  return hash.digest('base64')
}

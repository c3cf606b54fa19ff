import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'node:test'
import { forEachInSlices, forEachLimited } from './limited.ts'

const items = Array.from({ length: 1000 }, (_, index) => index)
/** As many as are looked at without a pause, and those that were under way. */
const IN_A_TURN_MAX = 64 + 16

const walks: Readonly<Record<string, (task: () => Promise<void>) => Promise<void>>> = {
  forEachLimited: (task) => forEachLimited(items, 16, task),
  forEachInSlices: (task) => forEachInSlices(items, task),
}

for (const [name, walk] of Object.entries(walks)) {
  test(`${name} lets others have their turn, although no task waits for anything`, async () => {
    let inThisTurn = 0
    let most = 0
    let isDone = false
    const turns = async (): Promise<void> => {
      while (!isDone) {
        inThisTurn = 0
        await setImmediate()
        most = Math.max(most, inThisTurn)
      }
    }
    const walked = walk(() => {
      inThisTurn += 1
      return Promise.resolve()
    }).then(() => {
      isDone = true
    })
    await Promise.all([turns(), walked])
    assert.ok(most > 1 && most <= IN_A_TURN_MAX, `${most} in a turn`)
  })
}

test('so many tasks at a time, and the first failure is told when all that began have ended', async () => {
  let running = 0
  let most = 0
  let ended = 0
  const walked = forEachLimited(items, 3, async (item) => {
    most = Math.max(most, ++running)
    await setImmediate()
    running -= 1
    ended += 1
    if (item === 5) throw new Error('the fifth')
  })
  await assert.rejects(walked, /the fifth/)
  assert.deepEqual([most, running], [3, 0])
  assert.ok(ended < 10, `${ended} tasks`)
})

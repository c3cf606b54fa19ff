import { test } from 'node:test'
import { SeededRandom } from '@milena/runtime'
import { ShareWorld } from '../testing/share-partition-world.ts'

/** `MILENA_SEED=n` plays one seed. */
const given = process.env['MILENA_SEED']
const seeds = given === undefined ? Array.from({ length: 300 }, (_, index) => index + 1) : [Number(given)]

test('whatever happens, no record has two members, none is lost and none is delivered too often', () => {
  for (const seed of seeds) {
    const world = new ShareWorld(new SeededRandom(seed))
    try {
      for (let step = 0; step < 400; step++) world.step()
      world.drain()
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error })
    }
  }
})

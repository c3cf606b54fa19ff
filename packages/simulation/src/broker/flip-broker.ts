import { newTally } from '../crash/crash-failure.ts'
import type { Flip, FlipTally } from '../damage/flip-everywhere.ts'
import { flipped, randomFlip } from '../damage/flip-everywhere.ts'
import type { DiskImage } from '../disk/power-loss.ts'
import { powerLosses, survivors } from '../disk/power-loss.ts'
import type { BrokerFacts } from './broker-facts.ts'
import { REFUSED, brokerFacts } from './broker-facts.ts'
import type { BrokerLife, CrashBrokerOptions } from './crash-broker.ts'
import { BrokerLives } from './crash-broker.ts'

export interface FlipBrokerOptions extends Omit<CrashBrokerOptions, 'crashes' | 'tally'> {
  readonly tally: FlipTally
  /** Bits of one disk, each flipped alone. */
  readonly flips: number
}

/** Where the topics, configs and producer ids are: a broker that cannot read them does not start. */
const METADATA = '/__cluster_metadata'

/**
 * Clients use a broker by chance, it stops in order or loses power, and a bit of what is on its disk is flipped. A broker
 * on that answers as one on the sound disk does, or says that it cannot, and not that it knows otherwise. The same seed
 * does the same. Throws a `BrokerFailure`.
 */
export async function flipBroker(o: FlipBrokerOptions): Promise<void> {
  const lives = new BrokerLives({ ...o, tally: newTally() })
  const isClean = lives.random.int(2) === 0
  const first = await lives.begin('The broker was not touched', async (world, steps) => {
    for (const step of steps) await world.run(step)
    await world.settle()
    if (isClean) await world.broker.close()
    return []
  })
  const { fs } = first.world
  const image = survivors(
    fs.stateAt(fs.points.last),
    powerLosses.find((_, index) => index === (isClean ? 1 : 0))!,
  )
  const sound = await new BrokerOnDisk(lives, first, image).facts('no bit was flipped')
  for (let flip = 0; flip < o.flips; flip++) {
    const chosen = randomFlip(image, lives.random)
    if (chosen !== undefined)
      await examine(o.tally, new BrokerOnDisk(lives, first, flipped(image, chosen)), chosen, sound)
  }
}

async function examine(tally: FlipTally, broker: BrokerOnDisk, { file, position, bit }: Flip, sound: BrokerFacts) {
  const facts = await broker.facts(`bit ${bit} of byte ${position} of ${file} was flipped`, {
    sound,
    mayNotStart: file.includes(METADATA),
  })
  tally.flips += 1
  if (facts === undefined) tally.offline += 1
  else if ([...sound.keys()].some((what) => facts.get(what) === REFUSED && sound.get(what) !== REFUSED))
    tally.refused += 1
  else tally.served += 1
}

class BrokerOnDisk {
  readonly #lives: BrokerLives
  readonly #before: BrokerLife
  readonly #image: DiskImage

  constructor(lives: BrokerLives, before: BrokerLife, image: DiskImage) {
    this.#lives = lives
    this.#before = before
    this.#image = image
  }

  async facts(what: string): Promise<BrokerFacts>
  async facts(
    what: string,
    o: { readonly sound: BrokerFacts; readonly mayNotStart: boolean },
  ): Promise<BrokerFacts | undefined>
  async facts(
    what: string,
    o?: { readonly sound: BrokerFacts; readonly mayNotStart: boolean },
  ): Promise<BrokerFacts | undefined> {
    const { steps } = this.#before
    const { timeline, clock } = this.#before.world
    const world = await this.#lives.worldOn(this.#image, timeline.now, clock.nowMs())
    world.isPatient = false
    let facts: BrokerFacts | undefined
    await this.#lives.attempt({ world, steps }, what, async () => {
      try {
        await world.open()
      } catch (error) {
        if (o?.mayNotStart === true) return []
        throw error
      }
      const found = await brokerFacts(world)
      facts = found
      return [...(o?.sound ?? [])].flatMap(([question, answer]) => {
        const given = found.get(question)
        // The marker of a transaction that nobody can end is not there to be given out.
        const isBegin = question.startsWith('the queue of') && given !== undefined && answer.startsWith(given)
        return given === answer || given === REFUSED || isBegin
          ? []
          : [`${question}: it says ${given}, and not ${answer}`]
      })
    })
    return facts
  }
}

import type { Random } from '@milena/runtime'
import { ToolExit } from '../options/option-error.ts'

export interface UsableBroker {
  readonly id: number
  /** Null when it does not matter. */
  readonly rack: string | null
}

/**
 * Places the replicas of a topic as Kafka's controller does (StripedReplicaPlacer): a partition goes from rack to rack
 * and takes the next broker of each, and the next partition begins one rack, and in each rack one broker, further on.
 * @returns the brokers of each partition, the leader first
 */
export function placeReplicas(
  brokers: readonly UsableBroker[],
  { partitions, replicationFactor }: { readonly partitions: number; readonly replicationFactor: number },
  random: Random,
): readonly (readonly number[])[] {
  if (brokers.length === 0)
    throw new ToolExit(1, 'All brokers are currently fenced, or have all their log directories cordoned.')
  if (replicationFactor > brokers.length) {
    throw new ToolExit(
      1,
      `The target replication factor of ${replicationFactor} cannot be reached because only ${brokers.length} broker(s) are registered or some brokers have all their log directories cordoned.`,
    )
  }
  const racks = new Map<string, number[]>()
  for (const { id, rack } of shuffled(brokers, random)) {
    const name = rack ?? ''
    racks.set(name, [...(racks.get(name) ?? []), id])
  }
  const stripes = shuffled(
    Array.from(racks.values(), (ids) => new Stripe(ids)),
    random,
  )
  return Array.from({ length: partitions }, (_, partition) => {
    const chosen: number[] = []
    for (let turn = partition; chosen.length < replicationFactor; turn++) {
      const id = stripes[turn % stripes.length]!.next(partition)
      if (id !== undefined) chosen.push(id)
    }
    return chosen
  })
}

/** The brokers of a rack; each partition that comes by begins one further on. */
class Stripe {
  readonly #ids: readonly number[]
  #partition = -1
  #offset = -1
  #taken = 0

  constructor(ids: readonly number[]) {
    this.#ids = ids
  }

  /** Undefined when the partition has all of them. */
  next(partition: number): number | undefined {
    if (this.#partition !== partition) {
      this.#partition = partition
      this.#offset++
      this.#taken = 0
    }
    if (this.#taken === this.#ids.length) return undefined
    return this.#ids[(this.#offset + this.#taken++) % this.#ids.length]
  }
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const all = Array.from(items)
  for (let index = all.length - 1; index > 0; index--) {
    const other = random.int(index + 1)
    const item = all[index]!
    all[index] = all[other]!
    all[other] = item
  }
  return all
}

import type { Random } from '@milena/runtime'
import type { TopicMetadata } from '../cluster/cluster-metadata.ts'
import { partitionForKey } from './murmur2.ts'

/**
 * Records with a key go where its hash points. Those without stay with one partition until a batch's worth of bytes
 * has gone there, then move to another that has a leader (KIP-794): fuller batches than changing with each record.
 */
export class DefaultPartitioner {
  readonly #random: Random
  readonly #batchSize: number
  readonly #sticky = new Map<string, { partition: number; sizeInBytes: number }>()

  constructor({ random, batchSize }: { random: Random; batchSize: number }) {
    this.#random = random
    this.#batchSize = Math.max(1, batchSize)
  }

  partition(topic: TopicMetadata, key: Uint8Array | null, sizeInBytes: number): number {
    if (key !== null) return partitionForKey(key, topic.partitions.length)
    let sticky = this.#sticky.get(topic.name)
    if (sticky === undefined || sticky.sizeInBytes >= this.#batchSize || sticky.partition >= topic.partitions.length) {
      sticky = { partition: this.#choose(topic), sizeInBytes: 0 }
      this.#sticky.set(topic.name, sticky)
    }
    sticky.sizeInBytes += sizeInBytes
    return sticky.partition
  }

  #choose({ partitions }: TopicMetadata): number {
    const available = partitions.filter(({ leaderId }) => leaderId >= 0)
    const candidates = available.length > 0 ? available : partitions
    return candidates[this.#random.int(candidates.length)]!.partition
  }
}

/**
 * Hands out producer ids, each once in the life of the cluster. They come in blocks from the controller, which makes a
 * block durable before it is given away; what is left of a block when the broker stops is never used.
 */
export interface ProducerIdBlock {
  readonly firstProducerId: number
  readonly size: number
}

export class ProducerIdManager {
  readonly #allocateBlock: () => Promise<ProducerIdBlock>
  #nextId = 0
  #endOfBlock = 0
  #allocating: Promise<void> | undefined

  constructor(allocateBlock: () => Promise<ProducerIdBlock>) {
    this.#allocateBlock = allocateBlock
  }

  /** Rejects when the controller has no block to give. */
  async next(): Promise<number> {
    // A whole block may be gone to others by the time this caller's turn comes.
    while (this.#nextId >= this.#endOfBlock) {
      this.#allocating ??= this.#allocate()
      await this.#allocating
    }
    const id = this.#nextId
    this.#nextId += 1
    return id
  }

  async #allocate(): Promise<void> {
    try {
      const { firstProducerId, size } = await this.#allocateBlock()
      this.#nextId = firstProducerId
      this.#endOfBlock = firstProducerId + size
    } finally {
      this.#allocating = undefined
    }
  }
}

import { FileSystemError, OpenFiles } from '@milena/runtime'
import type { Random } from '@milena/runtime'
import type { DiskCall, Fault } from './disk-call.ts'
import { changingOperations, formatCall } from './disk-call.ts'
import { DiskJournal, keyOf } from './disk-journal.ts'
import type { NodeId } from './disk-operation.ts'

const explanations: Readonly<Record<string, string>> = {
  EIO: 'the disk failed',
  ENOSPC: 'no space is left on the disk',
  EROFS: 'the disk takes no writes',
}

/** What the calls of a `SimulatedFileSystem` go through: their order, their delays, their failures, their trace. */
export class SimulatedDisk {
  readonly journal = new DiskJournal()
  readonly openFiles = new OpenFiles()
  readonly #trace: string[] = []
  fault: Fault = () => undefined
  capacityBytes = Infinity
  isReadOnly = false
  readonly #latency: Random | undefined
  #effects: Promise<unknown> = Promise.resolve()
  #underWay = 0
  /** Where in the journal each call that took effect began. */
  readonly #begins: number[] = []

  constructor(latency: Random | undefined) {
    this.#latency = latency
  }

  /** Calls that have not come back. */
  get underWay(): number {
    return this.#underWay
  }

  /** How many calls have taken effect or failed. */
  get calls(): number {
    return this.#begins.length
  }

  /** One line for each call that took effect or failed. */
  get trace(): readonly string[] {
    return this.#trace
  }

  /** The calls that had taken effect when the journal was so long. */
  traceUntil(point: number): readonly string[] {
    return this.#trace.slice(0, this.#begins.filter((begin) => begin < point).length)
  }

  /**
   * Runs a call: after a delay it takes effect, alone, and after another one it comes back. With `onFault` a call that
   * is to fail leaves something behind.
   */
  async perform<T>(
    operation: DiskCall['operation'],
    file: string,
    detail: string,
    effect: () => Promise<T>,
    onFault?: () => void,
  ): Promise<T> {
    this.#underWay += 1
    try {
      await this.#delay()
      const running = this.#effects.then(() => {
        this.begin(operation, file, detail, onFault)
        return effect()
      })
      this.#effects = running.catch(() => undefined)
      return await running
    } finally {
      await this.#delay()
      this.#underWay -= 1
    }
  }

  /** Notes a call that takes effect now, and throws in its place if it is to fail. */
  begin(operation: DiskCall['operation'], file: string, detail: string, onFault?: () => void): void {
    this.#begins.push(this.journal.length)
    const call: DiskCall = { number: this.calls, operation, path: keyOf(file), detail }
    const isRefused = this.isReadOnly && changingOperations.has(operation)
    const code = isRefused ? 'EROFS' : this.fault(call)
    this.#trace.push(code === undefined ? formatCall(call) : `${formatCall(call)} ! ${code}`)
    if (code === undefined) return
    if (code === 'EIO') onFault?.()
    throw new FileSystemError(code, explanations[code] ?? 'the disk refuses', file)
  }

  /** How many of so many bytes still have a place on the disk. */
  fitting(node: NodeId, position: number, byteLength: number): number {
    if (this.capacityBytes === Infinity) return byteLength
    const free = Math.max(0, this.capacityBytes - this.journal.usedBytes)
    return Math.max(0, Math.min(byteLength, this.journal.sizeOf(node) + free - position))
  }

  refuseAsFull(file: string): never {
    this.#trace[this.#trace.length - 1] += ' ! ENOSPC'
    throw new FileSystemError('ENOSPC', explanations['ENOSPC']!, file)
  }

  async #delay(): Promise<void> {
    if (this.#latency === undefined) return
    for (let turns = this.#latency.int(3); turns > 0; turns--) await turn()
  }
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

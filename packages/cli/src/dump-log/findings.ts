import { javaHashOrder, javaStringHash } from '../java-hash-order.ts'
import { longText } from '../message-json.ts'
import type { TextWriter } from './text-writer.ts'

type Pair = readonly [number, number]

/** What was found wrong with files, by their full names, said after all of them (as Kafka's DumpLogSegments does). */
export class Findings {
  readonly #indexMismatches = new Map<string, Map<number, number>>()
  readonly #nonConsecutive = new Map<string, Map<number, number>>()
  readonly #timestampMismatches = new Map<string, Pair[]>()
  readonly #outOfOrder = new Map<string, Pair[]>()
  readonly #notFound = new Map<string, Pair[]>()

  indexMismatch(file: string, indexOffset: number, logOffset: number): void {
    entryOf(this.#indexMismatches, file, () => new Map<number, number>()).set(indexOffset, logOffset)
  }

  nonConsecutive(file: string, offset: number, nextOffset: number): void {
    entryOf(this.#nonConsecutive, file, () => new Map<number, number>()).set(offset, nextOffset)
  }

  timestampMismatch(file: string, indexTimestamp: number, logTimestamp: number): void {
    entryOf(this.#timestampMismatches, file, () => [] as Pair[]).push([indexTimestamp, logTimestamp])
  }

  outOfOrder(file: string, timestamp: number, previous: number): void {
    entryOf(this.#outOfOrder, file, () => [] as Pair[]).push([timestamp, previous])
  }

  notFound(file: string, indexOffset: number, logOffset: number): void {
    entryOf(this.#notFound, file, () => [] as Pair[]).push([indexOffset, logOffset])
  }

  print(err: TextWriter): void {
    report(err, this.#indexMismatches, {
      title: 'Mismatches in :',
      pairs: (found) => [...found].sort(([a], [b]) => b - a),
      show: (index, log) => `  Index offset: ${index}, log offset: ${log}`,
    })
    report(err, this.#timestampMismatches, {
      title: 'Found timestamp mismatch in :',
      pairs: (found) => found,
      show: (index, log) => `  Index timestamp: ${index}, log timestamp: ${log}`,
    })
    report(err, this.#outOfOrder, {
      title: 'Found out of order timestamp in :',
      pairs: (found) => found,
      show: (index, previous) => `  Index timestamp: ${index}, Previously indexed timestamp: ${previous}`,
    })
    report(err, this.#notFound, {
      title: 'The following indexed offsets are not found in :',
      pairs: (found) => found,
      show: (index, log) => `Indexed offset: ${index}, found log offset: ${log}`,
    })
    report(err, this.#nonConsecutive, {
      title: 'Non-consecutive offsets in ',
      pairs: (found) => [...found].sort(([a], [b]) => a - b),
      show: (offset, next) => `  ${offset} is followed by ${next}`,
    })
  }
}

function report<T>(
  err: TextWriter,
  found: ReadonlyMap<string, T>,
  o: {
    readonly title: string
    readonly pairs: (found: T) => readonly Pair[]
    readonly show: (a: string, b: string) => string
  },
): void {
  // Kafka's tool makes its entries by computeIfAbsent, which puts the newest of a bucket first.
  for (const file of javaHashOrder([...found.keys()].toReversed(), javaStringHash)) {
    err.line(`${o.title}${file}`)
    for (const [a, b] of o.pairs(found.get(file)!)) err.line(o.show(longText(a), longText(b)))
  }
}

function entryOf<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

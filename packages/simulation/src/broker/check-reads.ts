import { batches } from '@milena/records'
import { nameOf } from './broker-client.ts'
import type { BrokerWorld } from './broker-world.ts'

/** Whether everything that was acknowledged is given to consumers now, while the disk takes no writes. */
export async function checkReads(world: BrokerWorld): Promise<string[]> {
  const problems: string[] = []
  for (const [topic, { state, logs }] of world.model.topics) {
    if (state !== 'there') continue
    for (const [partition, sent] of logs) {
      for (const { offset, values } of sent) {
        if (offset === undefined) continue
        const place = { topic, partition }
        const { errorCode, records } = await world.client('reader').fetchOnce(place, offset, false)
        const [first] = records === null ? [] : batches(records)
        const found = first === undefined ? [] : [...first.records()].map(({ value }) => Buffer.from(value!).toString())
        const isThere = values.every((value) => found.includes(value))
        if (!isThere)
          problems.push(`${nameOf(place)} is read at ${offset} with ${errorCode}, and ${values[0]} is not there`)
      }
    }
  }
  return problems
}

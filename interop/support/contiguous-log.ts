// What a consumer never sees: every batch of a partition, data and markers alike, one right behind the other.
import assert from 'node:assert/strict'
import { Admin, apis, KafkaClient, valuesOf } from '@milena/client'
import { batches } from '@milena/records'

/** Asserts that the batches of a topic leave no gap from offset 0 on; gives the sum of its partitions' ends. */
export async function assertContiguous(bootstrapServers: string, topic: string): Promise<number> {
  using client = new KafkaClient({ bootstrapServers })
  await using admin = new Admin(client)
  const { topicId, partitions } = valuesOf(await admin.describeTopics([topic])).get(topic)!
  const queries = partitions.map(({ partition }) => ({ topic, partition, at: 'latest' as const }))
  let total = 0
  for (const { partition, offset: end } of valuesOf(await admin.listOffsets(queries)).values()) {
    let next = 0
    while (next < end) {
      const wanted = { partition, fetchOffset: next, partitionMaxBytes: 1 << 20 }
      const body = { maxWaitMs: 0, minBytes: 0, topics: [{ topic, topicId, partitions: [wanted] }] }
      const response = await client.send(apis.fetch, body, { to: 'any' })
      const { records, errorCode } = response.responses[0]!.partitions[0]!
      assert.equal(errorCode, 0)
      const before = next
      for (const batch of batches(records!)) {
        assert.equal(batch.baseOffset, next, `a gap in ${topic}-${partition}`)
        next = batch.nextOffset
      }
      assert.ok(next > before, `nothing at offset ${before} of ${topic}-${partition}, which ends at ${end}`)
    }
    total += end
  }
  return total
}

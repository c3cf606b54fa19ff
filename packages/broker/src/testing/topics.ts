/** What tests of data need: a topic, batches, and the two requests that move them. */
import { CreateTopicsRequest, CreateTopicsResponse, FetchRequest, FetchResponse } from '@milena/protocol'
import { ProduceRequest, ProduceResponse } from '@milena/protocol'
import type { Input } from '@milena/protocol'
import { batches, buildBatch } from '@milena/records'
import type { NewBatch } from '@milena/records'
import type { WireClient } from './wire-client.ts'

/** Creates a topic and returns its id. */
export async function createTopic(
  client: WireClient,
  name: string,
  options: { readonly partitions?: number; readonly configs?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const configs = Object.entries(options.configs ?? {}).map(([key, value]) => ({ name: key, value }))
  const topic = { name, numPartitions: options.partitions ?? 1, replicationFactor: 1, assignments: [], configs }
  const { topics } = await client.send(CreateTopicsRequest, CreateTopicsResponse, 7, { topics: [topic] })
  const created = topics[0]!
  if (created.errorCode !== 0) throw new Error(`${name}: ${created.errorCode} ${created.errorMessage}`)
  return created.topicId
}

/** A batch of records with these values, stamped now. */
export function batchOf(values: readonly string[], options: Omit<NewBatch, 'records'> = {}): Uint8Array {
  const timestamp = Date.now()
  const records = values.map((value) => ({ timestamp, key: null, value: Buffer.from(value) }))
  return buildBatch({ ...options, records })
}

type PartitionData = Input<typeof ProduceRequest>['topicData'][number]['partitionData'][number]

/** A produce request for one topic, by name. */
export function produceBody(
  name: string,
  partitionData: readonly PartitionData[],
  options: Partial<Input<typeof ProduceRequest>> = {},
): Input<typeof ProduceRequest> {
  return { acks: -1, timeoutMs: 10_000, topicData: [{ name, partitionData }], ...options }
}

/** Produces one batch to partition 0 (version 9) and returns what was answered for it. */
export async function produceTo(
  client: WireClient,
  name: string,
  records: Uint8Array | null,
  options: Partial<Input<typeof ProduceRequest>> = {},
): Promise<ProduceResponse['responses'][number]['partitionResponses'][number]> {
  const body = produceBody(name, [{ index: 0, records }], options)
  const { responses } = await client.send(ProduceRequest, ProduceResponse, 9, body)
  return responses[0]!.partitionResponses[0]!
}

type FetchedPartition = Input<typeof FetchRequest>['topics'][number]['partitions'][number]

/** A fetch request for one topic, by name, outside any session. */
export function fetchBody(
  topic: string,
  partitions: readonly (Partial<FetchedPartition> & { readonly fetchOffset: number })[],
  options: Partial<Input<typeof FetchRequest>> = {},
): Input<typeof FetchRequest> {
  const named = partitions.map((partition) => ({ partition: 0, partitionMaxBytes: 1_048_576, ...partition }))
  return { maxWaitMs: 0, minBytes: 1, topics: [{ topic, partitions: named }], ...options }
}

/** Fetches from partition 0 (version 12) and returns what was answered for it. */
export async function fetchFrom(
  client: WireClient,
  topic: string,
  fetchOffset: number,
  options: Partial<Input<typeof FetchRequest>> = {},
): Promise<FetchResponse['responses'][number]['partitions'][number]> {
  const body = fetchBody(topic, [{ fetchOffset }], options)
  const { responses } = await client.send(FetchRequest, FetchResponse, 12, body)
  return responses[0]!.partitions[0]!
}

/** The values of all records, as text. */
export function valuesIn(records: Uint8Array | null): string[] {
  const values: string[] = []
  for (const batch of batches(records ?? new Uint8Array(0))) {
    for (const { value } of batch.records()) values.push(Buffer.from(value ?? []).toString())
  }
  return values
}

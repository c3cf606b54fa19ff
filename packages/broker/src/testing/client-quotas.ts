import assert from 'node:assert/strict'
import { AlterClientQuotasRequest, AlterClientQuotasResponse } from '@milena/protocol'
import type { WireClient } from './wire-client.ts'

/** Whose quota it is, by kind of entity; null for all that have none of their own. */
export type QuotaEntity = Readonly<Record<string, string | null>>

/** A value of null takes the quota away. */
export async function setQuota(
  client: WireClient,
  names: QuotaEntity,
  key: string,
  value: number | null,
): Promise<void> {
  const entity = Object.entries(names).map(([entityType, entityName]) => ({ entityType, entityName }))
  const ops = [{ key, value: value ?? 0, remove: value === null }]
  const body = { entries: [{ entity, ops }], validateOnly: false }
  const { entries } = await client.send(AlterClientQuotasRequest, AlterClientQuotasResponse, 1, body)
  assert.equal(entries[0]?.errorCode, 0, entries[0]?.errorMessage ?? '')
}

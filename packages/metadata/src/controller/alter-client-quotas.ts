// AlterClientQuotas (ClientQuotaControlManager): what users, client ids and addresses may take (KIP-546, KIP-599, KIP-612).
import { type AlterClientQuotasRequest, type AlterClientQuotasResponse, Errors } from '@milena/protocol/messages'
import { clientQuotaKey, type MetadataImage, type QuotaEntity } from '../image/metadata-image.ts'
import { type MetadataRecord, metadataRecord } from '../image/metadata-record.ts'
import { ApiFailure, orRefused } from './api-failure.ts'
import type { ControllerResult } from './controller-result.ts'

/** The request, and what only the edge can find out: names given for addresses that nobody can resolve. */
export interface AlterClientQuotasCommand extends AlterClientQuotasRequest {
  readonly unresolvedHosts: ReadonlySet<string>
}

type Entry = AlterClientQuotasRequest['entries'][number]
type EntryResult = AlterClientQuotasResponse['entries'][number]
type QuotaType = 'int' | 'long' | 'double'

const clientQuotas: Readonly<Record<string, QuotaType>> = {
  producer_byte_rate: 'long',
  consumer_byte_rate: 'long',
  request_percentage: 'double',
  controller_mutation_rate: 'double',
}
const ipQuotas: Readonly<Record<string, QuotaType>> = { connection_creation_rate: 'int' }

/** In the order of Kafka's answers. */
const entityTypes = ['client-id', 'user', 'ip']
const largest = { int: 2 ** 31 - 1, long: 2 ** 63, double: Infinity }

export function alterClientQuotas(
  image: MetadataImage,
  { entries, validateOnly, unresolvedHosts }: AlterClientQuotasCommand,
): ControllerResult<AlterClientQuotasResponse> {
  const records: MetadataRecord[] = []
  const results = new Map<string, EntryResult>()
  for (const entry of entries) {
    const entity = distinctTypes(entry.entity)
    const key = clientQuotaKey(entity)
    results.set(
      key,
      orRefused<EntryResult>(
        () => {
          if (results.has(key) || hasDuplicateKey(entry)) throw duplicate(entity)
          records.push(...alteration(image, { entity, ops: entry.ops, unresolvedHosts }))
          return { errorCode: Errors.NONE.code, errorMessage: null, entity }
        },
        ({ errorCode, errorMessage }) => ({ errorCode, errorMessage, entity }),
      ),
    )
  }
  return { records: validateOnly ? [] : records, response: { throttleTimeMs: 0, entries: [...results.values()] } }
}

/** As in Kafka, where an entity is a map from type to name: of a type that is named twice the last name counts. */
function distinctTypes(entity: QuotaEntity): QuotaEntity {
  const names = new Map(entity.map(({ entityType, entityName }) => [entityType, entityName]))
  const order = (type: string) => entityTypes.indexOf(type)
  return [...names]
    .map(([entityType, entityName]) => ({ entityType, entityName }))
    .toSorted((a, b) => order(a.entityType) - order(b.entityType))
}

function hasDuplicateKey({ ops }: Entry): boolean {
  return new Set(ops.map(({ key }) => key)).size < ops.length
}

function invalid(message: string): ApiFailure {
  return new ApiFailure(Errors.INVALID_REQUEST.code, message)
}

function duplicate(entity: QuotaEntity): ApiFailure {
  const names = entity.map(({ entityType, entityName }) => `${entityType}=${entityName}`).join(', ')
  return invalid(`Ignoring duplicate entity ClientQuotaEntity(entries={${names}})`)
}

interface Alteration {
  readonly entity: QuotaEntity
  readonly ops: Entry['ops']
  readonly unresolvedHosts: ReadonlySet<string>
}

function alteration(image: MetadataImage, { entity, ops, unresolvedHosts }: Alteration): MetadataRecord[] {
  checkEntity(entity)
  const types = quotasOf(entity, unresolvedHosts)
  const present = image.clientQuotas.get(clientQuotaKey(entity))?.values
  const records: MetadataRecord[] = []
  for (const { key, value, remove } of ops) {
    if (remove) {
      if (present?.has(key)) records.push(metadataRecord('ClientQuotaRecord', { entity, key, value: 0, remove }))
      continue
    }
    checkValue(types, key, value)
    if (present?.get(key) !== value) records.push(metadataRecord('ClientQuotaRecord', { entity, key, value, remove }))
  }
  return records
}

function checkEntity(entity: QuotaEntity): void {
  if (entity.length === 0) throw invalid('Invalid empty client quota entity')
  for (const { entityType, entityName } of entity) {
    if (!entityTypes.includes(entityType)) throw invalid(`Unhandled client quota entity type: ${entityType}`)
    if (entityName === '') throw invalid(`Empty ${entityType} not supported`)
  }
}

/** The quotas that such an entity can have. */
function quotasOf(entity: QuotaEntity, unresolvedHosts: ReadonlySet<string>): Readonly<Record<string, QuotaType>> {
  const ip = entity.find(({ entityType }) => entityType === 'ip')
  if (ip === undefined) return clientQuotas
  if (entity.length > 1) {
    throw invalid('Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId')
  }
  if (ip.entityName !== null && unresolvedHosts.has(ip.entityName)) {
    throw invalid(`${ip.entityName} is not a valid IP or resolvable host.`)
  }
  return ipQuotas
}

function checkValue(types: Readonly<Record<string, QuotaType>>, key: string, value: number): void {
  const type = Object.hasOwn(types, key) ? types[key] : undefined
  if (type === undefined) throw invalid(`Invalid configuration key ${key}`)
  if (value <= 0) throw invalid(`Quota ${key} must be greater than 0`)
  if (type === 'double') return
  if (value > largest[type]) {
    throw invalid(`Proposed value for ${key} is too large for ${type === 'int' ? 'an INT' : 'a LONG'}.`)
  }
  if (Math.abs(value % 1) > 1e-6) throw invalid(`${key} cannot be a fractional value.`)
}

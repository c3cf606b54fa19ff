// Records of the topics that Kafka keeps for itself, by what their keys say they are.
import * as protocol from '@milena/protocol'
import { decode, hasVersion, type Message, parseVersions, readApiMessageFrame } from '@milena/protocol'
import { messageJson, structJson, textJson } from '../message-json.ts'
import { UncaughtException } from './java-exception.ts'
import type { ParsedRecord, RecordParser } from './record-parser.ts'

interface Schemas {
  readonly key: Message
  readonly value: Message
}

type JsonOf = (schema: Message, version: number, decoded: object) => string

const isMessage = (value: unknown): value is Message => typeof value === 'object' && value !== null && 'fields' in value
const all: readonly Message[] = Object.values(protocol).filter(isMessage)

/** The records of a coordinator's topic, by the number that begins their keys. */
function coordinatorSchemas(isOf: (name: string) => boolean): ReadonlyMap<number, Schemas> {
  const keys = all.filter(({ kind, name }) => kind === 'coordinator-key' && isOf(name))
  return new Map(
    keys.map((key) => {
      const name = key.name.replace(/Key$/, 'Value')
      return [key.apiKey, { key, value: all.find((value) => value.name === name)! }]
    }),
  )
}

const isOfTransactions = (name: string): boolean => name.startsWith('TransactionLog')
const isOfShares = (name: string): boolean => name.startsWith('ShareSnapshot') || name.startsWith('ShareUpdate')

/** `--offsets-decoder`: `__consumer_offsets`. */
export const groupParser = (): RecordParser =>
  coordinatorParser(
    coordinatorSchemas((name) => !isOfTransactions(name) && !isOfShares(name)),
    (schema, version, decoded) =>
      schema === protocol.GroupMetadataValue && (decoded as { protocolType: unknown }).protocolType === 'consumer'
        ? structJson(schema.fields, version, decoded, consumerProtocolJson)
        : messageJson(schema, version, decoded),
  )

/** `--transaction-log-decoder`: `__transaction_state`. */
export const transactionParser = (): RecordParser =>
  coordinatorParser(coordinatorSchemas(isOfTransactions), messageJson)

/** `--share-group-state-decoder`: `__share_group_state`. */
export const shareParser = (): RecordParser => coordinatorParser(coordinatorSchemas(isOfShares), messageJson)

/** Members of classic groups of consumers say in bytes what they subscribe to and what they were given. */
function consumerProtocolJson(name: string, value: unknown): string | undefined {
  if (!(value instanceof Uint8Array) || (name !== 'subscription' && name !== 'assignment')) return undefined
  const schema = name === 'subscription' ? protocol.ConsumerProtocolSubscription : protocol.ConsumerProtocolAssignment
  try {
    const version = prefixOf(value)
    return messageJson(schema, version, decode(schema, version, value, 2))
  } catch {
    return undefined
  }
}

const prefixOf = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt16(0)

function coordinatorParser(schemas: ReadonlyMap<number, Schemas>, json: JsonOf): RecordParser {
  return ({ offset, key, value }) => {
    if (key === null) {
      throw new UncaughtException(
        'java.lang.RuntimeException',
        `Failed to decode message at offset ${offset} using the specified decoder (message had a missing key)`,
      )
    }
    try {
      const type = versionOf(key, 'key')
      const known = schemas.get(type)
      if (known === undefined) return { key: `Unknown record type ${type} at offset ${offset}, skipping.` }
      const shownKey = messageJson(known.key, 0, read(known.key, 0, key, 'key'))
      return {
        key: `{"type":"${type}","data":${shownKey}}`,
        payload: value === null ? '<DELETE>' : valueText(known.value, type, value, json),
      }
    } catch (error) {
      return { key: `Error at offset ${offset}, skipping. ${error instanceof Error ? error.message : String(error)}` }
    }
  }
}

function valueText(schema: Message, type: number, bytes: Uint8Array, json: JsonOf): string {
  const version = versionOf(bytes, 'value')
  const { min, max } = parseVersions(schema.versions)
  if (version < min || version > max) throw new Error(`Found an unknown record version ${version} for ${type} type`)
  return `{"version":"${version}","data":${json(schema, version, read(schema, version, bytes, 'value'))}}`
}

function versionOf(bytes: Uint8Array, what: string): number {
  if (bytes.length < 2) throw new Error(`Could not read version from ${what}'s buffer.`)
  return prefixOf(bytes)
}

function read(schema: Message, version: number, bytes: Uint8Array, what: string): object {
  try {
    return decode(schema, version, bytes, 2)
  } catch (error) {
    throw new Error(
      `Could not read record with version ${version} from ${what}'s buffer due to: ${(error as Error).message}.`,
      { cause: error },
    )
  }
}

/** `--cluster-metadata-decoder`: `__cluster_metadata`, and its snapshots. */
export function metadataParser(): RecordParser {
  const schemas = new Map(
    all
      .filter(({ kind, name }) => kind === 'metadata' && !name.startsWith('Remote'))
      .map((each) => [each.apiKey, each]),
  )
  return ({ offset, value }): ParsedRecord => {
    try {
      return { payload: metadataText(schemas, value!) }
    } catch (error) {
      return { payload: `Error at ${offset}, skipping. ${(error as Error).message}` }
    }
  }
}

function metadataText(schemas: ReadonlyMap<number, Message>, value: Uint8Array): string {
  const { frameVersion, apiKey, version, bodyStart } = readApiMessageFrame(value)
  if (frameVersion !== 1)
    throw new Error(`Could not deserialize metadata record due to unknown frame version ${frameVersion}`)
  const schema = schemas.get(apiKey)
  if (schema === undefined) throw new Error(`Unknown metadata id ${apiKey}`)
  if (!hasVersion(schema.versions, version)) throw new Error(`Can't read version ${version} of ${schema.name}`)
  const type = schema.name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
  const data = messageJson(schema, version, decode(schema, version, value, bodyStart))
  return `{"type":${textJson(type)},"version":${version},"data":${data}}`
}

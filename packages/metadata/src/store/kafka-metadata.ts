import { join } from 'node:path'
import type { FileSystem } from '@milena/runtime'
import type { MetadataImage } from '../image/metadata-image.ts'
import { type MetadataRecord, metadataRecordSchemas } from '../image/metadata-record.ts'
import { emptyImage, replayAll } from '../image/replay.ts'
import { decodeKafkaRecord, type KafkaMetadataRecord, type OtherRecord } from './kafka-metadata-records.ts'
import { CorruptMetadataError, readMetadataLog } from './metadata-log-reader.ts'
import { encodeSnapshot, snapshotEndOffset, snapshotFileName } from './snapshot-file.ts'

/** What Apache Kafka's metadata log says. */
export interface KafkaMetadata {
  readonly image: MetadataImage
  /** The nodes that have been controllers. */
  readonly controllers: ReadonlySet<number>
  /** What has no place in the image, a sentence for each. */
  readonly notKept: readonly string[]
}

const keptTypes = new Set(Object.values(metadataRecordSchemas).map(({ apiKey }) => apiKey))

/**
 * Reads the folder `__cluster_metadata-0` of Apache Kafka: its newest snapshot, and the log from there on. A last batch
 * that is torn, as a killed broker leaves it, is passed over; it was never acknowledged. Nothing is written.
 * @throws CorruptMetadataError when something is missing or damaged
 */
export async function readKafkaMetadata(o: {
  readonly fs: FileSystem
  readonly folder: string
  readonly clusterId: string
}): Promise<KafkaMetadata> {
  const names = await o.fs.readdir(o.folder)
  const reader = new KafkaMetadataReader(o.clusterId)
  const read = async (name: string, baseOffset: number) => {
    const path = join(o.folder, name)
    const file = { path, bytes: await o.fs.readFile(path), baseOffset }
    return { ...readMetadataLog(file, (value) => decodeKafkaRecord(value, keptTypes)), path, size: file.bytes.length }
  }
  const snapshot = names.filter((name) => snapshotEndOffset(name) !== undefined).at(-1)
  if (snapshot !== undefined) {
    const { batches, validBytes, path, size } = await read(snapshot, 0)
    const isWhole = validBytes === size && batches[0]?.records === null && batches.at(-1)!.records === null
    if (!isWhole) throw new CorruptMetadataError(`${path} is not a whole snapshot`)
    for (const { records } of batches) reader.add(records ?? [])
    reader.nextOffset = snapshotEndOffset(snapshot)!
  }
  const logs = names.filter((name) => /^\d{20}\.log$/.test(name))
  for (const [index, name] of logs.entries()) {
    const { batches, validBytes, path, size } = await read(name, Number.parseInt(name, 10))
    if (validBytes < size && index < logs.length - 1) throw new CorruptMetadataError(`${path} is cut short`)
    for (const { baseOffset, nextOffset, records } of batches) {
      if (nextOffset <= reader.nextOffset) continue
      if (baseOffset !== reader.nextOffset) {
        throw new CorruptMetadataError(`${path}: offset ${reader.nextOffset} is missing before ${baseOffset}`)
      }
      reader.add(records ?? [])
      reader.nextOffset = nextOffset
    }
  }
  return reader.finish()
}

/** The file, of the folder `__cluster_metadata-0`, with which a node begins that shall know what the image says. */
export function metadataSnapshot(
  image: MetadataImage,
  timestampMs: number,
): { readonly name: string; readonly bytes: Uint8Array } {
  return { name: snapshotFileName(image.offset + 1), bytes: encodeSnapshot(image, timestampMs) }
}

/** Follows the records one batch after the other. */
class KafkaMetadataReader {
  nextOffset = 0
  #image: MetadataImage
  readonly #controllers = new Set<number>()
  readonly #acls = new Map<string, string>()
  readonly #tokens = new Map<string, string>()
  readonly #unknown = new Map<number, number>()
  /** The records of a change that spans several batches and has not ended. */
  #transaction: { readonly name: string; readonly records: KafkaMetadataRecord[] } | undefined

  constructor(clusterId: string) {
    this.#image = emptyImage(clusterId)
  }

  add(records: readonly KafkaMetadataRecord[]): void {
    const ready: KafkaMetadataRecord[] = []
    for (const record of records) {
      const marker = 'other' in record ? record.other : undefined
      if (marker?.name === 'BeginTransactionRecord') {
        this.#transaction = { name: marker.value.name ?? 'without a name', records: [] }
      } else if (marker?.name === 'EndTransactionRecord') {
        ready.push(...(this.#transaction?.records ?? []))
        this.#transaction = undefined
      } else if (marker?.name === 'AbortTransactionRecord') this.#transaction = undefined
      else (this.#transaction?.records ?? ready).push(record)
    }
    this.#apply(ready)
  }

  #apply(records: readonly KafkaMetadataRecord[]): void {
    const kept: MetadataRecord[] = []
    for (const record of records) {
      if ('kept' in record) {
        kept.push(record.kept)
        if (record.kept.name === 'RegisterControllerRecord') this.#controllers.add(record.kept.value.controllerId)
      } else if ('other' in record) this.#note(record.other)
      else this.#unknown.set(record.unknownType, (this.#unknown.get(record.unknownType) ?? 0) + 1)
    }
    this.#image = replayAll(this.#image, kept).image
  }

  #note(record: OtherRecord): void {
    switch (record.name) {
      case 'AccessControlEntryRecord': {
        const { id, principal, host, resourceName, resourceType, operation, permissionType } = record.value
        const what = `${principal} from ${host} on '${resourceName}' (resource type ${resourceType}, operation ${operation}, permission ${permissionType})`
        this.#acls.set(id, what)
        return
      }
      case 'RemoveAccessControlEntryRecord':
        this.#acls.delete(record.value.id)
        return
      case 'DelegationTokenRecord':
        this.#tokens.set(record.value.tokenId, record.value.owner)
        return
      case 'RemoveDelegationTokenRecord':
        this.#tokens.delete(record.value.tokenId)
        return
      case 'AbortTransactionRecord':
      case 'BeginTransactionRecord':
      case 'EndTransactionRecord':
      case 'ZkMigrationStateRecord':
        return
    }
  }

  finish(): KafkaMetadata {
    const notKept = [
      ...Array.from(this.#acls.values(), (acl) => `Access control is not supported: the entry for ${acl} is left out.`),
      ...Array.from(
        this.#tokens.values(),
        (owner) => `Delegation tokens are not supported: one of ${owner} is left out.`,
      ),
      ...Array.from(
        this.#unknown,
        ([type, count]) => `${count} metadata records of the unknown type ${type} are left out.`,
      ),
    ]
    if (this.#transaction !== undefined) {
      notKept.push(`A change of the metadata (${this.#transaction.name}) had not ended, and is left out.`)
    }
    return { image: { ...this.#image, offset: this.nextOffset - 1 }, controllers: this.#controllers, notKept }
  }
}

import path from 'node:path'
import type { FileSystem } from '@milena/runtime'
import { META_PROPERTIES_FILE } from '../segment/log-files.ts'
import { readTextIfPresent } from './offset-checkpoint.ts'
import { CorruptFileError } from '../storage-error.ts'

/** What `meta.properties` says of a log folder: whose it is, and its own name. */
export interface MetaProperties {
  readonly clusterId: string
  readonly nodeId: number
  /** Distinguishes the folders of one broker (KIP-858). */
  readonly directoryId: string | undefined
}

/** Reads `meta.properties` of version 0 or 1 from a log folder; undefined when the folder is new. */
export async function readMetaProperties(fs: FileSystem, logDir: string): Promise<MetaProperties | undefined> {
  const file = path.join(logDir, META_PROPERTIES_FILE)
  const text = await readTextIfPresent(fs, file)
  if (text === undefined) return undefined
  const values = parseProperties(text)
  const version = values.get('version')
  if (version !== '0' && version !== '1') throw new CorruptFileError(`${file}: version=${version}; 0 or 1 is known`)
  const clusterId = values.get('cluster.id')
  const nodeId = Number(values.get('node.id') ?? values.get('broker.id') ?? Number.NaN)
  if (clusterId === undefined || !Number.isInteger(nodeId)) {
    throw new CorruptFileError(`${file}: cluster.id and node.id must both be there`)
  }
  return { clusterId, nodeId, directoryId: values.get('directory.id') }
}

export async function writeMetaProperties(fs: FileSystem, logDir: string, meta: MetaProperties): Promise<void> {
  const lines = ['version=1', `cluster.id=${meta.clusterId}`, `node.id=${meta.nodeId}`]
  if (meta.directoryId !== undefined) lines.push(`directory.id=${meta.directoryId}`)
  await fs.writeFile(path.join(logDir, META_PROPERTIES_FILE), `${lines.join('\n')}\n`, { atomic: true })
}

/** `key=value` lines; enough for a file whose values are ids and numbers, which need none of Java's escapes. */
function parseProperties(text: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([^#!\s][^=:\s]*)\s*[=:]\s*(.*?)\s*$/.exec(line)
    if (match !== null) values.set(match[1]!, match[2]!)
  }
  return values
}

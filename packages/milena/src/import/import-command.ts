// `milena import`: a data folder of Apache Kafka becomes one of Milena.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { CorruptMetadataError } from '@milena/metadata'
import { nodeFileSystem, systemClock, systemRandom } from '@milena/runtime'
import { CorruptFileError } from '@milena/storage'
import { carryOutImport } from './carry-out-import.ts'
import { importPlan, type ImportPlan } from './import-plan.ts'
import { ImportRefused } from './import-refused.ts'
import { lockFolders, readDataFolder, readMetadata } from './kafka-data-folder.ts'

const HELP = `Makes a data folder for Milena of that of an Apache Kafka 4 node, which must be stopped. The source is only read.

  milena import --from DIR[,DIR…] --to DIR [--link]

  --from DIR[,DIR…]   log.dirs of the Kafka node, and metadata.log.dir where it is another one
  --to DIR            the new data folder
  --link              segments that are complete become hard links, not copies (after an orderly stop only)`

/** Returns the exit code. */
export async function importCommand(argv: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        from: { type: 'string' },
        to: { type: 'string' },
        link: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) {
      console.log(HELP)
      return 0
    }
    if (values.from === undefined || values.to === undefined) throw new ImportRefused(`both are needed.\n\n${HELP}`)
    await importFolders(values.from.split(','), values.to, values.link)
    return 0
  } catch (error) {
    console.error(`milena import: ${explained(error)}`)
    return 1
  }
}

function explained(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isForeseen =
    error instanceof ImportRefused ||
    error instanceof CorruptMetadataError ||
    error instanceof CorruptFileError ||
    'code' in error
  return isForeseen ? error.message : (error.stack ?? error.message)
}

async function importFolders(from: readonly string[], to: string, link: boolean): Promise<void> {
  const fs = nodeFileSystem
  for (const folder of from) {
    const inside = path.relative(path.resolve(folder), path.resolve(to))
    if (!inside.startsWith('..') && !path.isAbsolute(inside)) {
      throw new ImportRefused(`${to} lies in ${folder}, which is only read.`)
    }
  }
  await using _ = await lockFolders(fs, from)
  const folders = await Promise.all(from.map((folder) => readDataFolder(fs, folder)))
  const plan = importPlan(folders, await readMetadata(fs, folders), () => systemRandom.uuid())
  const { files, bytes, linked } = await carryOutImport({ fs, plan, to, link, nowMs: systemClock.nowMs() })
  for (const note of plan.notes) console.log(`Note: ${note}`)
  console.log(summary(plan, { files, bytes, linked, to }))
}

function summary(
  { image, nodeId, partitions, stoppedInOrder }: ImportPlan,
  { files, bytes, linked, to }: { files: number; bytes: number; linked: number; to: string },
): string {
  const node = nodeId === 1 ? '' : ` --node-id ${nodeId}`
  const links = linked === 0 ? '' : `, ${linked} of them as links`
  return [
    `Imported ${image.topics.size} topics with ${partitions.length} partitions of cluster ${image.clusterId}: ${files} files of ${bytes} bytes${links}.`,
    ...(stoppedInOrder ? [] : ['The broker was not stopped in order: its logs are validated at the first start.']),
    `Start it with: milena --data ${to}${node}`,
  ].join('\n')
}

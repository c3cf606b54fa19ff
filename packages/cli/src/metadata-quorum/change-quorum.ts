import { existsSync } from 'node:fs'
import path from 'node:path'
import type { QuorumEndpoint } from '@milena/client'
import { isUuid, type Uuid } from '@milena/protocol'
import { loadProperties, type Properties } from '../config/properties.ts'
import { ToolExit } from '../options/option-error.ts'
import { print } from '../tool-io.ts'
import { endpointText } from './describe-quorum.ts'
import type { QuorumService } from './metadata-quorum-command.ts'

const notAController = 'Is this a valid controller configuration file?'

/** Makes the controller a voter whose configuration `--command-config` names; its folder is on this machine. */
export async function addController({ admin, parsed, io, properties }: QuorumService): Promise<void> {
  if (properties === undefined) {
    throw new ToolExit(
      1,
      'You must supply the configuration file of the controller you are adding when using add-controller.',
    )
  }
  const voter = {
    voterId: controllerId(properties),
    directoryId: directoryIdIn(metadataDirectory(properties)),
    endpoints: controllerEndpoints(properties),
  }
  if (!parsed.has('dry-run')) await admin.addRaftVoter(voter)
  const done = parsed.has('dry-run') ? 'DRY RUN of adding' : 'Added'
  const endpoints = voter.endpoints.map(endpointText).join(', ')
  print(
    io.stdout,
    `${done} controller ${voter.voterId} with directory id ${voter.directoryId} and endpoints: ${endpoints}`,
  )
}

function controllerId(properties: Properties): number {
  const text = properties.get('node.id')
  if (text === undefined) throw new ToolExit(1, `node.id not found in configuration file. ${notAController}`)
  if (!/^[+-]?\d+$/.test(text)) throw new ToolExit(1, `For input string: "${text}"`)
  if (Number(text) < 0) throw new ToolExit(1, `node.id was negative in configuration file. ${notAController}`)
  if (!(properties.get('process.roles') ?? '').includes('controller')) {
    throw new ToolExit(1, `process.roles did not contain 'controller' in configuration file. ${notAController}`)
  }
  return Number(text)
}

function metadataDirectory(properties: Properties): string {
  const folder = properties.get('metadata.log.dir') ?? properties.get('log.dirs')?.trim().split(',')[0]
  if (folder !== undefined) return folder
  throw new ToolExit(1, `Neither metadata.log.dir nor log.dirs were found. ${notAController}`)
}

function directoryIdIn(folder: string): Uuid {
  const file = path.join(folder, 'meta.properties')
  if (!existsSync(file)) throw new ToolExit(1, `Unable to read meta.properties from ${folder}`)
  const id = loadProperties(file).get('directory.id')
  if (id === undefined) throw new ToolExit(1, `No directory id found in ${folder}`)
  return uuidOf(id)
}

function uuidOf(text: string): Uuid {
  if (isUuid(text)) return text
  throw new ToolExit(1, `Input string \`${text}\` decoded as an invalid directory id`)
}

/** Where the listeners for controllers are reached: as they are advertised, or else as they are. */
export function controllerEndpoints(properties: Properties): readonly QuorumEndpoint[] {
  const listeners = new Map<string, QuorumEndpoint>()
  for (const key of ['listeners', 'advertised.listeners']) {
    for (const text of (properties.get(key) ?? '').split(',')) {
      if (text.trim() === '') continue
      const match = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?\d+)$/.exec(text.trim())
      if (match === null) {
        throw new ToolExit(1, `Unable to parse ${text.trim()} to a broker endpoint`)
      }
      const listener = match[1]!.toUpperCase()
      listeners.set(listener, { listener, host: match[2] === '' ? 'localhost' : match[2]!, port: Number(match[3]) })
    }
  }
  const names = properties.get('controller.listener.names')
  if (names === undefined) throw new ToolExit(1, `controller.listener.names was not found. ${notAController}`)
  return names.split(',').map((name) => {
    const endpoint = listeners.get(name.toUpperCase())
    if (endpoint !== undefined) return endpoint
    throw new ToolExit(1, `Cannot find information about controller listener name: ${name.toUpperCase()}`)
  })
}

export async function removeController({ admin, parsed, io }: QuorumService): Promise<void> {
  const voterId = parsed.number('controller-id')!
  if (voterId < 0) throw new ToolExit(1, `Invalid negative --controller-id: ${voterId}`)
  const text = parsed.text('controller-directory-id')!
  if (!isUuid(text)) {
    throw new ToolExit(1, `Failed to parse --controller-directory-id: ${uuidFault(text)}`)
  }
  if (!parsed.has('dry-run')) await admin.removeRaftVoter({ voterId, directoryId: text })
  const done = parsed.has('dry-run') ? 'DRY RUN of removing ' : 'Removed '
  print(io.stdout, `${done} KRaft controller ${voterId} with directory id ${text}`)
}

/** What is wrong with an id, in the words of Kafka and of Java's Base64. */
function uuidFault(text: string): string {
  if (text.length > 24) {
    return `Input string with prefix \`${text.slice(0, 24)}\` is too long to be decoded as a base64 UUID`
  }
  if (text.length === 1) return 'Input byte[] should at least have 2 bytes for base64 bytes'
  const illegal = /[^\w=-]/.exec(text)
  if (illegal !== null) return `Illegal base64 character ${illegal[0].codePointAt(0)!.toString(16)}`
  if (text.length % 4 === 1) return 'Last unit does not have enough valid bits'
  const { length } = Buffer.from(text, 'base64url')
  return `Input string \`${text}\` decoded as ${length} bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID`
}

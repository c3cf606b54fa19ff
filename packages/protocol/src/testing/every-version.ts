import { parseVersions } from '../schema/versions.ts'
import type { Message } from '../schema/message.ts'
import * as everything from '../messages.ts'

/** Every message and record there is, found among the exports so that none can be forgotten. */
export const everyMessage: readonly Message[] = Object.values(everything).filter(isMessage)

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'fields' in value && 'flexible' in value
}

export interface MessageVersion {
  readonly message: Message
  readonly version: number
}

export const everyVersion: readonly MessageVersion[] = everyMessage.flatMap((message) => {
  const { min, max } = parseVersions(message.versions)
  return Array.from({ length: max - min + 1 }, (_, i) => ({ message, version: min + i }))
})

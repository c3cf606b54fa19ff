import { pbkdf2 as pbkdf2Callback, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { ScramMechanism } from '@milena/client'
import { exceptionClass, messageOf } from '../java-exceptions.ts'
import { ToolExit } from '../options/option-error.ts'
import { print } from '../tool-io.ts'
import type { ConfigChanges } from './config-changes.ts'
import type { ConfigService } from './config-service.ts'

const pbkdf2 = promisify(pbkdf2Callback)
const digests = {
  'SCRAM-SHA-256': { name: 'sha256', bytes: 32 },
  'SCRAM-SHA-512': { name: 'sha512', bytes: 64 },
} as const
const minIterations = 4096
const saltBytes = 16

export const isScram = (key: string): key is ScramMechanism => Object.hasOwn(digests, key)

export async function describeScram({ admin, io, entities }: ConfigService): Promise<void> {
  for (const [user, outcome] of await admin.describeUserScramCredentials(entities.names)) {
    if (outcome.ok) {
      const shown = outcome.value.map(({ mechanism, iterations }) => `${mechanism}=iterations=${iterations}`)
      print(io.stdout, `SCRAM credential configs for user-principal '${user}' are ${shown.join(', ')}`)
    } else if (outcome.error.name !== 'RESOURCE_NOT_FOUND') {
      // To have no credentials is no error.
      const cause = `${exceptionClass(outcome.error)}: ${messageOf(outcome.error)}`
      // Java names the exception that holds the other one.
      print(
        io.stdout,
        `Error retrieving SCRAM credential configs for user-principal '${user}': ExecutionException: ${cause}`,
      )
    }
  }
}

/** Of `[iterations=8192,password=secret]`. */
export function parseScram(
  mechanism: ScramMechanism,
  text: string,
): { readonly iterations: number; readonly password: string } {
  const match = /^(?:iterations=(-?[0-9]*),)?password=(.*)$/s.exec(text)
  if (match === null) throw new ToolExit(1, `Invalid credential property ${mechanism.replaceAll('-', '_')}=${text}`)
  const [, given, password] = match
  if (given === '') throw new ToolExit(1, 'For input string: ""')
  const iterations = given === undefined || given === '-1' ? minIterations : Number(given)
  if (iterations < minIterations) {
    throw new ToolExit(
      1,
      `Iterations ${iterations} is less than the minimum ${minIterations} required for ${mechanism}`,
    )
  }
  return { iterations, password: password! }
}

export async function alterScram({ admin, entities }: ConfigService, { added, deleted }: ConfigChanges): Promise<void> {
  const user = entities.names[0]!
  const upsertions = await Promise.all(
    Array.from(added).flatMap(([mechanism, text]) => {
      if (!isScram(mechanism)) return []
      const { iterations, password } = parseScram(mechanism, text)
      return [upsertion(user, mechanism, { iterations, password })]
    }),
  )
  const deletions = deleted.filter(isScram).map((mechanism) => ({ user, mechanism }))
  await admin.alterUserScramCredentials({ upsertions, deletions })
}

async function upsertion(
  user: string,
  mechanism: ScramMechanism,
  { iterations, password }: { readonly iterations: number; readonly password: string },
) {
  const salt = randomBytes(saltBytes)
  const { name, bytes } = digests[mechanism]
  return { user, mechanism, iterations, salt, saltedPassword: await pbkdf2(password, salt, iterations, bytes, name) }
}

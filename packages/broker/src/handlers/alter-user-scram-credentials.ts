/**
 * AlterUserScramCredentials (key 51): sets and deletes the salted passwords of users (KIP-554). What is kept are the
 * keys that RFC 5802 makes of a salted password; the password itself cannot be had from them.
 */
import { createHash, createHmac } from 'node:crypto'
import { scramMechanisms } from '@milena/metadata'
import { AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'
import { MAX_ELEMENTS_TO_DECIDE } from '../request/request-limits.ts'

const hashes: ReadonlyMap<number, string> = new Map([
  [scramMechanisms.SCRAM_SHA_256, 'sha256'],
  [scramMechanisms.SCRAM_SHA_512, 'sha512'],
])

interface ScramKeys {
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

function scramKeys(mechanism: number, saltedPassword: Uint8Array): ScramKeys | null {
  const hash = hashes.get(mechanism)
  if (hash === undefined || saltedPassword.length === 0) return null
  const keyed = (text: string) => createHmac(hash, saltedPassword).update(text).digest()
  return { storedKey: createHash(hash).update(keyed('Client Key')).digest(), serverKey: keyed('Server Key') }
}

export const alterUserScramCredentials = handler(AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse, {
  versions: { min: 0, max: 0 },
  maxElements: MAX_ELEMENTS_TO_DECIDE,
  handle({ deletions, upsertions }, { services }) {
    const credentials = upsertions.map(({ name, mechanism, iterations, salt, saltedPassword }) => ({
      name,
      mechanism,
      iterations,
      // It outlives the frame that it came in.
      salt: Uint8Array.from(salt),
      keys: scramKeys(mechanism, saltedPassword),
    }))
    return services.metadata.submit('alterUserScramCredentials', { deletions, upsertions: credentials })
  },
  errorResponse: ({ code, message }, { deletions, upsertions }) => ({
    throttleTimeMs: 0,
    results: [...new Set([...deletions, ...upsertions].map(({ name }) => name))].map((user) => ({
      user,
      errorCode: code,
      errorMessage: message,
    })),
  }),
})

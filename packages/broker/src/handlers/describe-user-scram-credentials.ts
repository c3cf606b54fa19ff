/**
 * DescribeUserScramCredentials (key 50): which users have salted passwords, of which mechanisms and with how many
 * iterations; never the passwords (KIP-554).
 */
import type { ScramCredentialImage } from '@milena/metadata'
import {
  DescribeUserScramCredentialsRequest,
  DescribeUserScramCredentialsResponse,
  Errors,
} from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'

type Result = DescribeUserScramCredentialsResponse['results'][number]

function refused(user: string, errorCode: number, errorMessage: string): Result {
  return { user, errorCode, errorMessage, credentialInfos: [] }
}

function described(user: string, credentials: readonly ScramCredentialImage[]): Result {
  const message = `Attempt to describe a user credential that does not exist: ${user}`
  if (credentials.length === 0) return refused(user, Errors.RESOURCE_NOT_FOUND.code, message)
  const credentialInfos = credentials
    .map(({ mechanism, iterations }) => ({ mechanism, iterations }))
    .toSorted((a, b) => a.mechanism - b.mechanism)
  return { user, errorCode: Errors.NONE.code, errorMessage: '', credentialInfos }
}

export const describeUserScramCredentials = handler(
  DescribeUserScramCredentialsRequest,
  DescribeUserScramCredentialsResponse,
  {
    versions: { min: 0, max: 0 },
    handle({ users }, { services }) {
      const byUser = Map.groupBy(services.metadata.image.scramCredentials.values(), ({ name }) => name)
      const asked = users === null || users.length === 0 ? [...byUser.keys()] : users.map(({ name }) => name)
      const times = Map.groupBy(asked, (name) => name)
      const results = [...times].map(([name, { length }]) => {
        if (length === 1) return described(name, byUser.get(name) ?? [])
        const message = `Cannot describe SCRAM credentials for the same user twice in a single request: ${name}`
        return refused(name, Errors.DUPLICATE_RESOURCE.code, message)
      })
      return { throttleTimeMs: 0, errorCode: Errors.NONE.code, errorMessage: '', results }
    },
  },
)

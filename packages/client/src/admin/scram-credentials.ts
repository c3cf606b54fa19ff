import { apis } from '../apis.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError, failure, success, type Outcome } from '../kafka-error.ts'
import type { CallOptions } from './per-key.ts'

const mechanisms = ['UNKNOWN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const
export type ScramMechanism = Exclude<(typeof mechanisms)[number], 'UNKNOWN'>

export interface ScramCredentialInfo {
  readonly mechanism: (typeof mechanisms)[number]
  readonly iterations: number
}

/** Which credentials users have (KIP-554); of all who have some when nobody is named. Keyed by user. */
export async function describeUserScramCredentials(
  client: KafkaClient,
  users: readonly string[],
  options: CallOptions = {},
): Promise<Map<string, Outcome<readonly ScramCredentialInfo[]>>> {
  const response = await client.request(
    apis.describeUserScramCredentials,
    { users: users.map((name) => ({ name })) },
    {
      to: 'any',
      call: 'describeUserScramCredentials',
      deadline: client.deadline(options.timeoutMs),
      check: ({ errorCode, errorMessage }) => KafkaError.check(errorCode, errorMessage),
    },
  )
  return new Map(
    response.results.map(({ user, errorCode, errorMessage, credentialInfos }) => [
      user,
      errorCode === 0
        ? success(
            credentialInfos.map(({ mechanism, iterations }) => ({
              mechanism: mechanisms[mechanism] ?? 'UNKNOWN',
              iterations,
            })),
          )
        : failure<readonly ScramCredentialInfo[]>(KafkaError.ofCode(errorCode, errorMessage)),
    ]),
  )
}

export interface ScramUpsertion {
  readonly user: string
  readonly mechanism: ScramMechanism
  readonly iterations: number
  readonly salt: Uint8Array
  /** The password itself is not sent: this is `Hi` of it (RFC 5802). */
  readonly saltedPassword: Uint8Array
}

export interface ScramDeletion {
  readonly user: string
  readonly mechanism: ScramMechanism
}

/** Sets and deletes credentials; the first that is refused is thrown. */
export async function alterUserScramCredentials(
  client: KafkaClient,
  changes: { readonly upsertions: readonly ScramUpsertion[]; readonly deletions: readonly ScramDeletion[] },
  options: CallOptions = {},
): Promise<void> {
  const number = (mechanism: ScramMechanism): number => mechanisms.indexOf(mechanism)
  await client.request(
    apis.alterUserScramCredentials,
    {
      deletions: changes.deletions.map(({ user, mechanism }) => ({ name: user, mechanism: number(mechanism) })),
      upsertions: changes.upsertions.map(({ user, mechanism, ...rest }) => ({
        name: user,
        mechanism: number(mechanism),
        ...rest,
      })),
    },
    {
      to: 'controller',
      call: 'alterUserScramCredentials',
      deadline: client.deadline(options.timeoutMs),
      check: ({ results }) => {
        for (const { errorCode, errorMessage } of results) KafkaError.check(errorCode, errorMessage)
      },
    },
  )
}

// AlterUserScramCredentials (ScramControlManager): the salted passwords that users log in with (KIP-554). They are kept
// although no listener asks for them yet, as on an Apache Kafka whose listeners are plain text.
import { type AlterUserScramCredentialsResponse, Errors } from '@milena/protocol/messages'
import { type MetadataImage, scramCredentialKey, scramMechanisms } from '../image/metadata-image.ts'
import { type MetadataRecord, metadataRecord } from '../image/metadata-record.ts'
import { ApiFailure, orRefused } from './api-failure.ts'
import type { ControllerResult } from './controller-result.ts'

export interface ScramDeletion {
  readonly name: string
  readonly mechanism: number
}

/** A credential with the keys that the edge has made of the salted password; null where none can be made. */
export interface ScramUpsertion {
  readonly name: string
  readonly mechanism: number
  readonly iterations: number
  readonly salt: Uint8Array
  readonly keys: { readonly storedKey: Uint8Array; readonly serverKey: Uint8Array } | null
}

export interface AlterUserScramCredentialsCommand {
  readonly deletions: readonly ScramDeletion[]
  readonly upsertions: readonly ScramUpsertion[]
}

const MIN_ITERATIONS = 4096
const MAX_ITERATIONS = 16_384

type Result = AlterUserScramCredentialsResponse['results'][number]
/** What becomes of a user: a record, or undefined where no keys can be made; null for a refusal. */
type Decision = readonly [Result, MetadataRecord | undefined | null]

/** All that concerns a user is refused when the user is named twice, and everything else goes on. */
export function alterUserScramCredentials(
  image: MetadataImage,
  { deletions, upsertions }: AlterUserScramCredentialsCommand,
): ControllerResult<AlterUserScramCredentialsResponse> {
  const decisions = new Map<string, Decision>()
  const decide = (user: string, change: () => MetadataRecord | undefined): void => {
    const before = decisions.get(user)
    // The first mistake stands; a change that was good and is asked for again is a mistake.
    if (before !== undefined && before[0].errorCode !== Errors.NONE.code) return
    decisions.set(
      user,
      orRefused<Decision>(
        () => {
          if (before !== undefined) throw twice()
          return [{ user, errorCode: Errors.NONE.code, errorMessage: null }, change()]
        },
        ({ errorCode, errorMessage }) => [{ user, errorCode, errorMessage }, null],
      ),
    )
  }
  for (const each of deletions) decide(each.name, () => deletion(image, each))
  for (const each of upsertions) decide(each.name, () => upsertion(each))
  return {
    records: [...decisions.values()].flatMap(([, record]) => record ?? []),
    response: { throttleTimeMs: 0, results: [...decisions.values()].map(resultOf) },
  }
}

/** Kafka's hash refuses an empty key, and says no more than this; it is asked for keys when all users are known. */
function resultOf([result, record]: Decision): Result {
  return record === undefined ? { ...result, errorCode: Errors.UNKNOWN_SERVER_ERROR.code } : result
}

function twice(): ApiFailure {
  return new ApiFailure(Errors.DUPLICATE_RESOURCE.code, 'A user credential cannot be altered twice in the same request')
}

function deletion(image: MetadataImage, { name, mechanism }: ScramDeletion): MetadataRecord {
  checkNames(name, mechanism)
  if (!image.scramCredentials.has(scramCredentialKey({ name, mechanism }))) {
    const message = 'Attempt to delete a user credential that does not exist'
    throw new ApiFailure(Errors.RESOURCE_NOT_FOUND.code, message)
  }
  return metadataRecord('RemoveUserScramCredentialRecord', { name, mechanism })
}

function upsertion({ name, mechanism, iterations, salt, keys }: ScramUpsertion): MetadataRecord | undefined {
  checkNames(name, mechanism)
  const unacceptable = (message: string) => new ApiFailure(Errors.UNACCEPTABLE_CREDENTIAL.code, message)
  if (iterations < MIN_ITERATIONS) throw unacceptable('Too few iterations')
  if (iterations > MAX_ITERATIONS) throw unacceptable('Too many iterations')
  if (keys === null) return undefined
  return metadataRecord('UserScramCredentialRecord', { name, mechanism, salt, iterations, ...keys })
}

function checkNames(name: string, mechanism: number): void {
  if (name === '') throw new ApiFailure(Errors.UNACCEPTABLE_CREDENTIAL.code, 'Username must not be empty')
  if (!Object.values(scramMechanisms).some((each) => each === mechanism)) {
    throw new ApiFailure(Errors.UNSUPPORTED_SASL_MECHANISM.code, 'Unknown SCRAM mechanism')
  }
}

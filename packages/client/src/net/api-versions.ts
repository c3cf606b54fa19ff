import { Errors } from '@milena/protocol'
import { KafkaError } from '../kafka-error.ts'
import { apis } from '../apis.ts'
import type { VersionRange } from './api.ts'
import type { BrokerConnection } from './broker-connection.ts'

/** What a broker said it speaks. */
export interface ApiVersions {
  readonly ranges: ReadonlyMap<number, VersionRange>
  /** Feature name to finalized level, such as `transaction.version` to 2. */
  readonly finalizedFeatures: ReadonlyMap<string, number>
}

/** What brokers are told of who asks for their versions (KIP-511). */
export const software = { clientSoftwareName: 'milena', clientSoftwareVersion: '0.1.0' }

/**
 * Asks with our highest version. A broker that does not know it answers in version 0 with error 35 and, since KIP-511,
 * the range that it does know; an older one names none, and then only version 0 is left.
 */
export async function negotiateApiVersions(connection: BrokerConnection): Promise<ApiVersions> {
  let version = apis.apiVersions.maxVersion
  for (;;) {
    const response = await connection.sendVersion(apis.apiVersions, version, software)
    if (response.errorCode === Errors.UNSUPPORTED_VERSION.code && version > 0) {
      const known = response.apiKeys.find((entry) => entry.apiKey === apis.apiVersions.key)
      const fallback = known === undefined ? 0 : Math.min(known.maxVersion, version - 1)
      version = fallback
      continue
    }
    KafkaError.check(response.errorCode)
    return {
      ranges: new Map(
        response.apiKeys.map((entry) => [entry.apiKey, { min: entry.minVersion, max: entry.maxVersion }]),
      ),
      finalizedFeatures: new Map(response.finalizedFeatures.map((entry) => [entry.name, entry.maxVersionLevel])),
    }
  }
}

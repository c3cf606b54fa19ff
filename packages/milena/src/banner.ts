import type { Broker } from '@milena/broker'
import type { BrokerConfig } from '@milena/metadata'
import { formatAddress, reachableAddress } from './address.ts'
import { KAFKA_VERSION, VERSION } from './version.ts'

export interface BannerOptions {
  readonly listeners: Broker['listeners']
  readonly config: BrokerConfig
  readonly memory: boolean
  /** Since the process began. */
  readonly readyMs: number
}

/** What a person wants to know of a broker that just started: what it is, where its data lies, how to reach it. */
export function banner({ listeners, config, memory, readyMs }: BannerOptions): string {
  const data = memory ? 'in memory, gone at the end' : `${config.logDirs.join(', ')} (durability ${config.durability})`
  return [
    `Milena ${VERSION} (Kafka ${KAFKA_VERSION}), node ${config.nodeId}, Node.js ${process.versions.node}`,
    `  data     ${data}`,
    `  listens  ${listeners.map((listener) => `${listener.name}://${formatAddress(listener)}`).join(', ')}`,
    `  connect  --bootstrap-server ${listeners.slice(0, 1).map(reachableAddress).join()}`,
    `Ready in ${Math.round(readyMs)} ms.`,
  ].join('\n')
}

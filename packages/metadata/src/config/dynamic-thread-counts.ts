import type { BrokerConfig } from './broker-config.ts'

/** Kafka lets its pools grow and shrink while it runs, but not by more than twofold at once (KIP-226). */
const pools = [
  'num.io.threads',
  'num.network.threads',
  'num.replica.fetchers',
  'num.recovery.threads.per.data.dir',
  'background.threads',
] as const

/** Why these configs may not follow on those, as far as numbers of threads go; null when they may. */
export function threadCountProblem(before: BrokerConfig, after: BrokerConfig): string | null {
  for (const name of pools) {
    const [present, next] = [before.get(name), after.get(name)]
    const failed = `Dynamic thread count update validation failed for ${name}=${next}, value should`
    if (next < Math.floor(present / 2)) return invalid(`${failed} be at least half the current value ${present}`)
    if (next > present * 2) return invalid(`${failed} not be greater than double the current value ${present}`)
  }
  const [present, next] = [before.get('log.cleaner.threads'), after.get('log.cleaner.threads')]
  if (next < Math.floor(present / 2)) {
    return invalid(`Log cleaner threads cannot be reduced to less than half the current value ${present}`)
  }
  if (next > present * 2) {
    return invalid(`Log cleaner threads cannot be increased to more than double the current value ${present}`)
  }
  return null
}

/** As Kafka words it, which puts the error where the value belongs. */
function invalid(reason: string): string {
  return `Invalid value org.apache.kafka.common.config.ConfigException: ${reason} for configuration Invalid dynamic configuration`
}

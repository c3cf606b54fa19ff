import { type BrokerConfig, type ConfigError, parseBrokerConfig } from '@milena/metadata'
import { ConfigurationError, type Properties } from './property.ts'

/**
 * The typed configuration of a broker.
 * @throws ConfigurationError with a sentence for each unknown property and each value that is not allowed; the
 * sentence names the place where it was written, unless that is a flag of the same name
 */
export function brokerConfigOf(properties: Properties): BrokerConfig {
  const { config, errors } = parseBrokerConfig(
    Object.fromEntries([...properties].map(([key, { value }]) => [key, value])),
  )
  if (errors.length > 0) throw new ConfigurationError(errors.map((error) => sentence(error, properties)))
  return config
}

function sentence({ key, message }: ConfigError, properties: Properties): string {
  const origin = properties.get(key)?.origin
  return origin === undefined || origin === `--${key}` ? message : `${message} (It was set by ${origin}.)`
}

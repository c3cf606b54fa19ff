export { Milena } from './milena.ts'
export type { MilenaOptions } from './milena.ts'
export { ConfigurationError } from './config/property.ts'
export { KAFKA_VERSION, VERSION } from './version.ts'

import manifest from '../package.json' with { type: 'json' }

/** Milena's own version. What it speaks is Kafka's protocol of `KAFKA_VERSION`. */
export const VERSION: string = manifest.version
/** The release of Apache Kafka whose behaviour is the measure. */
export const KAFKA_VERSION = '4.3'

/** What Kafka allows in a string of any encoding, in bytes. */
export const MAX_STRING_BYTES = 0x7fff

/** From this size on, `encodeChunks` hands bytes and records on as they are instead of copying them. */
export const SEPARATE_CHUNK_BYTES = 4096

/**
 * How many array elements one message may hold when the caller sets no limit.
 * A struct can take a few bytes on the wire but is a whole object in memory, so that the size of the frame alone
 * bounds too little.
 */
export const DEFAULT_MAX_ELEMENTS = 8_000_000

import type { InvalidBatch, ValidBatch } from '@milena/records'
import { validateProduce } from '@milena/records'
import type { AppendOptions } from './append-result.ts'
import type { LogConfig } from '../log-config.ts'

/** Validates the bytes of an append by the rules of the log's config, and gives them their offsets. */
export function validateAppend(
  bytes: Uint8Array,
  o: AppendOptions & { readonly nowMs: number; readonly nextOffset: number; readonly config: LogConfig },
): ValidBatch | InvalidBatch {
  const { config } = o
  const compressionLevel = levelFor(config)
  return validateProduce(bytes, {
    origin: o.origin,
    nextOffset: o.nextOffset,
    leaderEpoch: o.leaderEpoch,
    nowMs: o.nowMs,
    maxMessageBytes: config.maxMessageBytes,
    timestampType: config.messageTimestampType,
    timestampBeforeMaxMs: config.messageTimestampBeforeMaxMs,
    timestampAfterMaxMs: config.messageTimestampAfterMaxMs,
    compacted: config.cleanupPolicy.includes('compact'),
    targetCompression: config.compressionType === 'uncompressed' ? 'none' : config.compressionType,
    ...(compressionLevel === undefined ? {} : { compressionLevel }),
    ...(o.requestVersion === undefined ? {} : { requestVersion: o.requestVersion }),
  })
}

function levelFor(config: LogConfig): number | undefined {
  if (config.compressionType === 'gzip') return config.compressionGzipLevel
  if (config.compressionType === 'lz4') return config.compressionLz4Level
  return config.compressionType === 'zstd' ? config.compressionZstdLevel : undefined
}

import type { CompressionType } from './compression-type.ts'
import { lz4Compress, lz4Decompress } from './lz4-frame.ts'
import { tooLarge } from './output-limit.ts'
import { snappyCompress, snappyDecompress } from './snappy.ts'
import { gunzip, gzip, zstdCompress, zstdDecompress } from './zlib.ts'

/**
 * Compresses on the caller's thread. A level is for gzip and zstd (`compressionLevels`); snappy has none, and
 * the lz4 encoder knows one. Type `none` returns the bytes themselves.
 */
export function compress(type: CompressionType, bytes: Uint8Array, level?: number): Uint8Array {
  switch (type) {
    case 'none':
      return bytes
    case 'gzip':
      return gzip(bytes, level)
    case 'snappy':
      return snappyCompress(bytes)
    case 'lz4':
      return lz4Compress(bytes)
    case 'zstd':
      return zstdCompress(bytes, level)
  }
}

/**
 * Decompresses on the caller's thread, at most `maxOutputBytes`. Throws a `RecordsError`: `MESSAGE_TOO_LARGE`
 * when more would come out, `CORRUPT_MESSAGE` when the bytes are not what the codec makes. Type `none` returns
 * the bytes themselves.
 */
export function decompress(type: CompressionType, bytes: Uint8Array, maxOutputBytes: number): Uint8Array {
  switch (type) {
    case 'none':
      if (bytes.length > maxOutputBytes) throw tooLarge(maxOutputBytes)
      return bytes
    case 'gzip':
      return gunzip(bytes, maxOutputBytes)
    case 'snappy':
      return snappyDecompress(bytes, maxOutputBytes)
    case 'lz4':
      return lz4Decompress(bytes, maxOutputBytes)
    case 'zstd':
      return zstdDecompress(bytes, maxOutputBytes)
  }
}

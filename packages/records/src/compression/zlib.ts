import type { ZlibOptions, ZstdOptions } from 'node:zlib'
import { compressionLevels } from './compression-type.ts'
import { corrupt, tooLarge } from './output-limit.ts'

/** Asked for when it is needed: also Node's own modules cost time at the start. */
const zlib = () => process.getBuiltinModule('node:zlib')

export function gzip(bytes: Uint8Array, level: number = compressionLevels.gzip.default): Uint8Array {
  return zlib().gzipSync(bytes, { level })
}

export function gunzip(bytes: Uint8Array, maxOutputBytes: number): Uint8Array {
  return decode('gzip', bytes, maxOutputBytes, (options) => zlib().gunzipSync(bytes, options))
}

export function zstdCompress(bytes: Uint8Array, level: number = compressionLevels.zstd.default): Uint8Array {
  const { zstdCompressSync, constants } = zlib()
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } })
}

export function zstdDecompress(bytes: Uint8Array, maxOutputBytes: number): Uint8Array {
  // No frame at all is a right stream, though Node takes it for one that was cut.
  if (bytes.length === 0) return bytes
  return decode('zstd', bytes, maxOutputBytes, (options) => zlib().zstdDecompressSync(bytes, options))
}

function decode(
  codec: string,
  bytes: Uint8Array,
  maxOutputBytes: number,
  run: (options: ZlibOptions & ZstdOptions) => Uint8Array,
): Uint8Array {
  try {
    // The output comes in pieces of this size: few for a large batch, not much wasted on a small one.
    const chunkSize = Math.min(Math.max(4 * bytes.byteLength, 16 * 1024), 1024 * 1024)
    // Zlib refuses a limit of 0; a batch of no bytes is refused by what comes after.
    return run({ maxOutputLength: Math.max(1, maxOutputBytes), chunkSize })
  } catch (error) {
    if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw tooLarge(maxOutputBytes)
    }
    throw corrupt(codec, error instanceof Error ? error.message : String(error), error)
  }
}

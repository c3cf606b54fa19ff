/** The codecs by their ids, which are the lowest three bits of a batch's attributes. */
export const compressionTypes = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

export type CompressionType = (typeof compressionTypes)[number]

/** The codec with this id; `undefined` for 5 to 7, which stand for nothing. */
export function compressionById(id: number): CompressionType | undefined {
  return compressionTypes[id]
}

export function compressionId(type: CompressionType): number {
  return compressionTypes.indexOf(type)
}

/**
 * The levels that a codec takes (`compression.gzip.level` and so on): from `min` to `max`, and `default`, which
 * for gzip lies outside and leaves the choice to the library. The lz4 encoder here knows one level and takes
 * the others for it.
 */
export const compressionLevels = {
  gzip: { min: 1, max: 9, default: -1 },
  lz4: { min: 1, max: 17, default: 9 },
  zstd: { min: -131_072, max: 22, default: 3 },
} as const

/** Which API keys this broker serves, and what ApiVersions says about them: one table, so that they cannot differ. */
import type { Handler, VersionRange } from './handler.ts'

export interface AdvertisedApi {
  readonly apiKey: number
  readonly minVersion: number
  readonly maxVersion: number
}

export class HandlerTable {
  readonly #byKey = new Map<number, Handler>()
  /** In order of key, as Kafka lists them. */
  readonly advertised: readonly AdvertisedApi[]

  constructor(handlers: readonly Handler[]) {
    for (const each of handlers) {
      const taken = this.#byKey.get(each.apiKey)
      if (taken !== undefined) throw new Error(`API key ${each.apiKey} is handled by ${taken.name} and by ${each.name}`)
      this.#byKey.set(each.apiKey, each)
    }
    this.advertised = handlers
      .map(({ apiKey, advertised }) => ({ apiKey, minVersion: advertised.min, maxVersion: advertised.max }))
      .toSorted((a, b) => a.apiKey - b.apiKey)
  }

  get(apiKey: number): Handler | undefined {
    return this.#byKey.get(apiKey)
  }
}

export function serves(range: VersionRange, version: number): boolean {
  return version >= range.min && version <= range.max
}

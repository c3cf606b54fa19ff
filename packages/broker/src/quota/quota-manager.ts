/**
 * What clients consume, held against the quotas that are set (KIP-13, 124, 599, 612). It answers how long a client is to
 * be left alone; whoever asked says so in the answer and stops reading from the client for that time (KIP-219).
 */
import type { MetadataImage } from '@milena/metadata'
import {
  clientQuotaLimit,
  connectionRateLimit,
  limitsConnections,
  type QuotaKey,
  quotaKeys,
  quotaKeysInUse,
} from './client-quota-limits.ts'
import { Meters } from './meters.ts'
import { type RateWindows, SampledRate } from './sampled-rate.ts'
import { TokenBucket } from './token-bucket.ts'

export interface QuotaClient {
  /** The name of the principal, without its type. */
  readonly user: string
  readonly clientId: string
}

export interface QuotaManagerOptions {
  /** Of bytes, of requests and of connections. */
  readonly clientWindows: RateWindows
  readonly controllerWindows: RateWindows
  readonly image: MetadataImage
}

interface MutationBucket {
  bound: number
  readonly bucket: TokenBucket
}

export class QuotaManager {
  readonly #clientWindows: RateWindows
  readonly #rates = new Map<QuotaKey, Meters<SampledRate>>()
  readonly #connections: Meters<SampledRate>
  readonly #mutations: Meters<MutationBucket>
  #quotas: MetadataImage['clientQuotas']
  #keysInUse: ReadonlySet<string>

  constructor({ clientWindows, controllerWindows, image }: QuotaManagerOptions) {
    this.#clientWindows = clientWindows
    const newRates = () =>
      new Meters(
        () => new SampledRate(clientWindows),
        (rate, nowMs) => rate.isIdle(nowMs),
      )
    for (const key of [quotaKeys.PRODUCE, quotaKeys.FETCH, quotaKeys.REQUEST]) this.#rates.set(key, newRates())
    this.#connections = newRates()
    this.#mutations = new Meters(
      () => ({ bound: 0, bucket: new TokenBucket(controllerWindows) }),
      ({ bucket, bound }, nowMs) => bucket.isIdle(bound, nowMs),
    )
    this.#quotas = image.clientQuotas
    this.#keysInUse = quotaKeysInUse(image.clientQuotas)
  }

  /** The quotas of this image hold from now on. */
  update({ clientQuotas }: MetadataImage): void {
    this.#quotas = clientQuotas
    this.#keysInUse = quotaKeysInUse(clientQuotas)
  }

  /** Whether anybody has a quota of this kind; where nobody has, nothing needs to be measured. */
  isInUse(key: QuotaKey): boolean {
    return this.#keysInUse.has(key)
  }

  /** Records what a client consumed and says for how many ms it is to be left alone. */
  record(key: QuotaKey, client: QuotaClient, consumed: { readonly value: number; readonly nowMs: number }): number {
    if (!this.isInUse(key)) return 0
    const limit = clientQuotaLimit(this.#quotas, key, client)
    if (limit === undefined) return 0
    const { value, nowMs } = consumed
    const rate = this.#rates.get(key)!.get(limit.sharedBy, nowMs)
    rate.record(value, nowMs)
    const throttleMs = rate.throttleMs(limit.bound, nowMs)
    // One slow request must not lock a client out for long.
    return key === quotaKeys.REQUEST ? Math.min(throttleMs, this.#clientWindows.windowMs) : throttleMs
  }

  /** Takes back what was recorded, because the client did not get it after all. */
  unrecord(key: QuotaKey, client: QuotaClient, consumed: { readonly value: number; readonly nowMs: number }): void {
    const limit = this.isInUse(key) ? clientQuotaLimit(this.#quotas, key, client) : undefined
    if (limit === undefined) return
    this.#rates.get(key)!.get(limit.sharedBy, consumed.nowMs).record(-consumed.value, consumed.nowMs)
  }

  /** The most that a client could consume at once without being throttled in any case. */
  largestUnthrottled(key: QuotaKey, client: QuotaClient): number {
    const limit = this.isInUse(key) ? clientQuotaLimit(this.#quotas, key, client) : undefined
    if (limit === undefined) return Infinity
    const { windows, windowMs } = this.#clientWindows
    return (limit.bound * (windows - 1) * windowMs) / 1000
  }

  /** The quota of changes to topics that one request of a client is held against. */
  mutationQuota(client: QuotaClient, isStrict: boolean): MutationQuota {
    const limit = this.isInUse(quotaKeys.CONTROLLER_MUTATION)
      ? clientQuotaLimit(this.#quotas, quotaKeys.CONTROLLER_MUTATION, client)
      : undefined
    if (limit === undefined) return unlimited
    const { bound, sharedBy } = limit
    let lastMs = 0
    let throttledMs = 0
    return {
      record: (mutations, nowMs) => {
        const entry = this.#mutations.get(sharedBy, nowMs)
        entry.bound = bound
        lastMs = nowMs
        // Strict: while there is a debt nothing more is let in. Otherwise everything is, and is paid for afterwards.
        if (isStrict && entry.bucket.throttleMs(bound, nowMs) > 0) {
          throttledMs = entry.bucket.throttleMs(bound, nowMs)
          return false
        }
        entry.bucket.spend(mutations, bound, nowMs)
        if (!isStrict) throttledMs = entry.bucket.throttleMs(bound, nowMs)
        return true
      },
      throttleMs: (nowMs) => Math.max(0, throttledMs - (nowMs - lastMs)),
    }
  }

  /** Counts a new connection and says after how many ms it is to be closed; 0 when it is welcome. */
  recordConnection(ip: string, nowMs: number): number {
    if (!limitsConnections(this.#keysInUse)) return 0
    const bound = connectionRateLimit(this.#quotas, ip)
    if (bound === undefined) return 0
    const rate = this.#connections.get(ip, nowMs)
    rate.record(1, nowMs)
    const throttleMs = Math.min(rate.throttleMs(bound, nowMs), this.#clientWindows.windowMs)
    // One that is refused does not count against the next.
    if (throttleMs > 0) rate.record(-1, nowMs)
    return throttleMs
  }
}

export interface MutationQuota {
  /** Counts changes, or says no: then nothing of the kind may be done. */
  record(mutations: number, nowMs: number): boolean
  /** For how long the client is to be left alone. */
  throttleMs(nowMs: number): number
}

const unlimited: MutationQuota = { record: () => true, throttleMs: () => 0 }

/** What a share group may be told by its config resource, with the broker's defaults (KIP-932, KIP-1240). */
import { configsOf, resourceTypes } from '@milena/metadata'
import type { BrokerConfig, MetadataImage } from '@milena/metadata'

/** Where a group begins that has no offset yet. */
export type AutoOffsetReset =
  | { readonly type: 'earliest' }
  | { readonly type: 'latest' }
  | { readonly type: 'by_duration'; readonly durationMs: number }

export interface ShareGroupConfig {
  readonly autoOffsetReset: AutoOffsetReset
  readonly isReadCommitted: boolean
  readonly isRenewAcknowledgeEnabled: boolean
  readonly recordLockDurationMs: number
  readonly maxDeliveryCount: number
  readonly maxInFlightRecords: number
}

const DURATION_PREFIX = 'by_duration:'
const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i

/**
 * As it is now: a change of the metadata is seen by the next call. A group's value from before the broker's bounds were
 * narrowed is brought within them.
 */
export function shareGroupConfigOf(image: MetadataImage, groupId: string, broker: BrokerConfig): ShareGroupConfig {
  const given = configsOf(image, { resourceType: resourceTypes.GROUP, resourceName: groupId })
  const numberOf = (
    name: 'record.lock.duration.ms' | 'delivery.count.limit' | 'partition.max.record.locks',
  ): number => {
    const own = given.get(`share.${name}`)
    if (own === undefined) return broker.get(`group.share.${name}`)
    return Math.min(Math.max(Number(own), broker.get(`group.share.min.${name}`)), broker.get(`group.share.max.${name}`))
  }
  return {
    autoOffsetReset: autoOffsetResetOf(given.get('share.auto.offset.reset') ?? 'latest'),
    isReadCommitted: given.get('share.isolation.level') === 'read_committed',
    isRenewAcknowledgeEnabled: given.get('share.renew.acknowledge.enable')?.toLowerCase() !== 'false',
    recordLockDurationMs: numberOf('record.lock.duration.ms'),
    maxDeliveryCount: numberOf('delivery.count.limit'),
    maxInFlightRecords: numberOf('partition.max.record.locks'),
  }
}

function autoOffsetResetOf(text: string): AutoOffsetReset {
  if (text === 'earliest' || text === 'latest') return { type: text }
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] =
    DURATION.exec(text.slice(DURATION_PREFIX.length)) ?? []
  const wholeHours = Number(days) * 24 + Number(hours)
  const wholeSeconds = (wholeHours * 60 + Number(minutes)) * 60 + Number(seconds)
  return { type: 'by_duration', durationMs: Math.floor(wholeSeconds * 1000) }
}

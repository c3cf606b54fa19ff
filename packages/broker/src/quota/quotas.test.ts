import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { emptyImage, metadataRecord, type MetadataImage, replayAll } from '@milena/metadata'
import { clientQuotaLimit, quotaKeys } from './client-quota-limits.ts'
import { Meters } from './meters.ts'
import { QuotaManager } from './quota-manager.ts'
import { SampledRate } from './sampled-rate.ts'
import { TokenBucket } from './token-bucket.ts'

const windows = { windows: 11, windowMs: 1000 }

type Entity = Readonly<Record<string, string | null>>

function imageWith(...quotas: readonly (readonly [Entity, Readonly<Record<string, number>>])[]): MetadataImage {
  const records = quotas.flatMap(([names, values]) => {
    const entity = Object.entries(names).map(([entityType, entityName]) => ({ entityType, entityName }))
    return Object.entries(values).map(([key, value]) =>
      metadataRecord('ClientQuotaRecord', { entity, key, value, remove: false }),
    )
  })
  return replayAll(emptyImage('cluster'), records).image
}

describe('a rate over windows', () => {
  test('takes time that was not observed for empty, so that a burst may fill it', () => {
    const rate = new SampledRate(windows)
    rate.record(1000, 0)
    assert.equal(rate.perSecond(0), 100)
    assert.equal(rate.throttleMs(100, 0), 0)
    rate.record(1, 0)
    assert.equal(rate.throttleMs(100, 0), 10)
  })

  test('comes back to the bound when what it asked for is over', () => {
    const rate = new SampledRate(windows)
    rate.record(1500, 0)
    const waitMs = rate.throttleMs(100, 0)
    assert.equal(waitMs, 5000)
    assert.ok(rate.throttleMs(100, 10_500) > 0, 'the burst is still in the windows')
    assert.equal(rate.throttleMs(100, 11_000), 0)
    assert.equal(rate.isIdle(11_000), true)
  })

  test('forgets window by window', () => {
    const rate = new SampledRate(windows)
    for (let second = 0; second < 30; second++) rate.record(50, second * 1000)
    assert.ok(Math.abs(rate.perSecond(29_000) - 55) < 1e-9)
    rate.record(-50, 29_000)
    assert.ok(Math.abs(rate.perSecond(29_000) - 50) < 1e-9)
  })
})

describe('a token bucket', () => {
  test('begins full, lets a debt be made, and fills again', () => {
    const bucket = new TokenBucket(windows)
    assert.equal(bucket.tokens(2, 5000), 22)
    bucket.spend(30, 2, 5000)
    assert.equal(bucket.throttleMs(2, 5000), 4000)
    assert.equal(bucket.throttleMs(2, 9000), 0)
    assert.equal(bucket.isIdle(2, 9000), false)
    assert.equal(bucket.isIdle(2, 20_000), true)
  })
})

describe('the quota of a client', () => {
  const all: readonly Entity[] = [
    { user: 'bob', 'client-id': 'app' },
    { user: 'bob', 'client-id': null },
    { user: 'bob' },
    { user: null, 'client-id': 'app' },
    { user: null, 'client-id': null },
    { user: null },
    { 'client-id': 'app' },
    { 'client-id': null },
  ]
  const bob = { user: 'bob', clientId: 'app' }

  test('is the most exact that is set, a user before a client id', () => {
    for (let first = 0; first < all.length; first++) {
      const left = all.slice(first).map((entity, index) => [entity, { producer_byte_rate: first + index + 1 }] as const)
      const limit = clientQuotaLimit(imageWith(...left).clientQuotas, quotaKeys.PRODUCE, bob)
      assert.equal(limit?.bound, first + 1, JSON.stringify(all[first]))
    }
    assert.equal(clientQuotaLimit(imageWith().clientQuotas, quotaKeys.PRODUCE, bob), undefined)
  })

  test('is shared by all client ids of a user where it names no client id', () => {
    const image = imageWith([{ user: null }, { producer_byte_rate: 100 }])
    const quotas = new QuotaManager({ clientWindows: windows, controllerWindows: windows, image })
    const send = (clientId: string, user = 'bob') =>
      quotas.record(quotaKeys.PRODUCE, { user, clientId }, { value: 1000, nowMs: 0 })
    assert.deepEqual([send('a'), send('b'), send('a', 'eve')], [0, 10_000, 0])
    assert.equal(quotas.record(quotaKeys.FETCH, bob, { value: 1e9, nowMs: 0 }), 0)
  })

  test('that changes holds at once, and one that is gone limits nothing', () => {
    const quotas = new QuotaManager({ clientWindows: windows, controllerWindows: windows, image: imageWith() })
    const fetchNow = () => quotas.record(quotaKeys.FETCH, bob, { value: 2000, nowMs: 0 })
    assert.equal(quotas.largestUnthrottled(quotaKeys.FETCH, bob), Infinity)
    quotas.update(imageWith([{ user: 'bob' }, { consumer_byte_rate: 100 }]))
    assert.equal(quotas.largestUnthrottled(quotaKeys.FETCH, bob), 1000)
    assert.equal(fetchNow(), 10_000)
    quotas.unrecord(quotaKeys.FETCH, bob, { value: 2000, nowMs: 0 })
    assert.equal(fetchNow(), 10_000)
    quotas.update(imageWith())
    assert.equal(fetchNow(), 0)
  })

  test('of requests never throttles for more than a window', () => {
    const image = imageWith([{ 'client-id': null }, { request_percentage: 1 }])
    const quotas = new QuotaManager({ clientWindows: windows, controllerWindows: windows, image })
    assert.equal(quotas.record(quotaKeys.REQUEST, bob, { value: 500, nowMs: 0 }), 1000)
  })

  test('of changes to topics: strict says no while there is a debt, the other only asks for patience', () => {
    const image = imageWith([{ user: 'bob' }, { controller_mutation_rate: 1 }])
    const quotas = new QuotaManager({ clientWindows: windows, controllerWindows: windows, image })
    const strict = quotas.mutationQuota(bob, true)
    assert.equal(strict.record(14, 0), true)
    assert.equal(strict.throttleMs(0), 0)
    assert.equal(strict.record(1, 0), false)
    assert.equal(strict.throttleMs(0), 3000)
    assert.equal(strict.throttleMs(1000), 2000)
    const permissive = quotas.mutationQuota(bob, false)
    assert.equal(permissive.record(1, 1000), true)
    assert.equal(permissive.throttleMs(1000), 3000)
    assert.equal(quotas.mutationQuota({ user: 'eve', clientId: '' }, true).record(1e9, 0), true)
  })

  test('of connections is that of an address, or of all that have none', () => {
    const image = imageWith(
      [{ ip: '10.0.0.1' }, { connection_creation_rate: 1 }],
      [{ ip: null }, { connection_creation_rate: 2 }],
    )
    const quotas = new QuotaManager({ clientWindows: windows, controllerWindows: windows, image })
    const accepted = (ip: string) =>
      Array.from({ length: 30 }, () => quotas.recordConnection(ip, 0)).filter((ms) => ms === 0).length
    assert.deepEqual([accepted('10.0.0.1'), accepted('10.0.0.2'), accepted('10.0.0.3')], [10, 20, 20])
  })
})

test('meters that are idle are forgotten when there are many', () => {
  const meters = new Meters(
    () => new SampledRate(windows),
    (rate, nowMs) => rate.isIdle(nowMs),
  )
  for (let client = 0; client < 5000; client++) meters.get(`client-${client}`, client * 100).record(1, client * 100)
  assert.ok(meters.size < 2500, String(meters.size))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiVersionsRequest, ApiVersionsResponse, Errors } from '@milena/protocol'
import { TestBroker } from '../testing/test-broker.ts'

test('every version lists the same APIs, in order of key', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const software = { clientSoftwareName: 'test-client', clientSoftwareVersion: '1.0-rc.1' }
  const lists = []
  for (let version = 0; version <= 4; version++) {
    const { errorCode, apiKeys } = await client.send(ApiVersionsRequest, ApiVersionsResponse, version, software)
    assert.equal(errorCode, 0)
    lists.push(apiKeys)
  }
  const keys = lists[0]!.map(({ apiKey }) => apiKey)
  assert.deepEqual(
    keys,
    keys.toSorted((a, b) => a - b),
  )
  for (const list of lists) assert.deepEqual(list, lists[0])
})

test('what old clients look for is there (librdkafka before 2.11 looks for single versions)', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const { apiKeys } = await client.send(ApiVersionsRequest, ApiVersionsResponse, 0, {})
  const range = (key: number): [number, number] | undefined => {
    const api = apiKeys.find(({ apiKey }) => apiKey === key)
    return api && [api.minVersion, api.maxVersion]
  }
  assert.deepEqual(range(0), [0, 13])
  assert.deepEqual(range(1), [4, 18])
  assert.deepEqual(range(2), [1, 11])
  assert.deepEqual(range(3), [0, 13])
  assert.deepEqual(range(11), [0, 9])
  assert.deepEqual(range(18), [0, 4])
  assert.deepEqual(range(22), [0, 5])
})

test('features: those whose lowest level is 0 are told from version 4 on', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const software = { clientSoftwareName: 'x', clientSoftwareVersion: '1' }
  const third = await client.send(ApiVersionsRequest, ApiVersionsResponse, 3, software)
  const fourth = await client.send(ApiVersionsRequest, ApiVersionsResponse, 4, software)
  assert.ok(third.supportedFeatures.every(({ minVersion }) => minVersion > 0))
  assert.ok(fourth.supportedFeatures.length >= third.supportedFeatures.length)
  assert.ok(fourth.finalizedFeatures.some(({ name }) => name === 'metadata.version'))
  assert.ok(fourth.finalizedFeaturesEpoch >= 0)
})

test('a software name or version with anything but letters, digits, dots and dashes is refused', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  for (const [name, version] of [
    ['', '1'],
    ['a', ''],
    ['-a', '1'],
    ['a b', '1'],
    ['a', '1.'],
    ['a', '1\n'],
  ] as const) {
    const software = { clientSoftwareName: name, clientSoftwareVersion: version }
    const { errorCode, apiKeys } = await client.send(ApiVersionsRequest, ApiVersionsResponse, 3, software)
    assert.equal(errorCode, Errors.INVALID_REQUEST.code, JSON.stringify([name, version]))
    assert.deepEqual(apiKeys, [])
  }
})

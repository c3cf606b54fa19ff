import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiByKey, apis } from './apis.ts'
import * as index from './index.ts'
import * as pure from './messages.ts'

test('the registry pairs requests with responses and is in the order of the keys', () => {
  assert.equal(apis.length, 78)
  for (const [i, api] of apis.entries()) {
    assert.equal(api.request.name, `${api.name}Request`)
    assert.equal(api.response.name, `${api.name}Response`)
    assert.deepEqual([api.request.kind, api.response.kind], ['request', 'response'])
    assert.equal(api.response.apiKey, api.key)
    assert.equal(api.request.versions, api.response.versions)
    assert.equal(apiByKey(api.key), api)
    // Producer ids are handed out by the controller, and brokers alone ask for them.
    assert.equal(api.listeners.includes('broker'), api.name !== 'AllocateProducerIds', api.name)
    if (i > 0) assert.ok(api.key > apis[i - 1]!.key)
  }
})

test('a version that is still being designed is not stable', () => {
  const unstable = apis.filter((api) => api.stableVersions.max < api.versions.max)
  assert.deepEqual(
    unstable.map(({ name, stableVersions, versions }) => [name, stableVersions.max, versions.max]),
    [['InitProducerId', 5, 6]],
  )
})

test('keys that no API has', () => {
  for (const key of [-1, 4, 52, 1000, 0.5]) assert.equal(apiByKey(key), undefined)
})

test('the full entry lets out all that the pure one does', () => {
  for (const [name, value] of Object.entries(pure)) {
    assert.equal((index as Readonly<Record<string, unknown>>)[name], value, name)
  }
})

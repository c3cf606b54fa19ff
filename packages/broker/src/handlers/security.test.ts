import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AlterUserScramCredentialsRequest,
  AlterUserScramCredentialsResponse,
  CreateAclsRequest,
  CreateAclsResponse,
  DeleteAclsRequest,
  DeleteAclsResponse,
  DescribeAclsRequest,
  DescribeAclsResponse,
  DescribeUserScramCredentialsRequest,
  DescribeUserScramCredentialsResponse,
  Errors,
  SaslAuthenticateRequest,
  SaslAuthenticateResponse,
  SaslHandshakeRequest,
  SaslHandshakeResponse,
} from '@milena/protocol'
import { TestBroker } from '../testing/test-broker.ts'

const disabled = Errors.SECURITY_DISABLED.code
const filter = {
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: 1,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
}
const entry = {
  resourceType: 2,
  resourceName: 'events',
  resourcePatternType: 3,
  principal: 'User:a',
  host: '*',
  operation: 3,
  permissionType: 3,
}

// What is expected here is what Apache Kafka 4.3.1 answered to the same requests.
test('access control lists: there are none without an authorizer', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  for (const version of [1, 2, 3]) {
    const described = await client.send(DescribeAclsRequest, DescribeAclsResponse, version, filter)
    assert.deepEqual(
      [described.errorCode, described.errorMessage, described.resources],
      [disabled, 'No Authorizer is configured on the broker', []],
    )
    const body = { creations: [entry, entry] }
    const refused = { errorCode: disabled, errorMessage: 'No Authorizer is configured.' }
    const created = await client.send(CreateAclsRequest, CreateAclsResponse, version, body)
    assert.deepEqual(created.results, [refused, refused])
    const deleted = await client.send(DeleteAclsRequest, DeleteAclsResponse, version, { filters: [filter] })
    assert.deepEqual(deleted.filterResults, [{ ...refused, matchingAcls: [] }])
  }
})

test('a filter of something unknown ends the connection', async () => {
  await using broker = await TestBroker.start()
  const unknown = { ...filter, operation: 0 }
  const first = await broker.connect()
  await assert.rejects(first.send(DescribeAclsRequest, DescribeAclsResponse, 3, unknown))
  const second = await broker.connect()
  await assert.rejects(second.send(DeleteAclsRequest, DeleteAclsResponse, 3, { filters: [unknown] }))
  const third = await broker.connect()
  const creations = [{ ...entry, resourceType: 0 }]
  await assert.rejects(third.send(CreateAclsRequest, CreateAclsResponse, 3, { creations }))
})

test('nobody logs in on a listener without SASL', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const illegal = Errors.ILLEGAL_SASL_STATE.code
  for (const version of [0, 1]) {
    const answer = await client.send(SaslHandshakeRequest, SaslHandshakeResponse, version, { mechanism: 'PLAIN' })
    assert.deepEqual(answer, { errorCode: illegal, mechanisms: [] })
  }
  for (const version of [0, 1, 2]) {
    const body = { authBytes: Buffer.from('token') }
    const { errorCode, errorMessage } = await client.send(
      SaslAuthenticateRequest,
      SaslAuthenticateResponse,
      version,
      body,
    )
    const message = 'SaslAuthenticate request received after successful authentication'
    assert.deepEqual([errorCode, errorMessage], [illegal, message])
  }
})

test('SCRAM credentials are kept, described without their secrets, and deleted', async () => {
  const first = await TestBroker.start()
  const client = await first.connect()
  const upsert = (name: string, mechanism: number, password = 'x'.repeat(32)) => {
    const [salt, saltedPassword] = [Buffer.from('salt'), Buffer.from(password)]
    return { name, mechanism, iterations: 4096, salt, saltedPassword }
  }
  const upsertions = [upsert('alice', 1), upsert('bob', 2), upsert('empty', 1, '')]
  const alter = { deletions: [], upsertions }
  const altered = await client.send(AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse, 0, alter)
  assert.deepEqual(
    altered.results.map(({ user, errorCode }) => [user, errorCode]),
    [
      ['alice', 0],
      ['bob', 0],
      ['empty', Errors.UNKNOWN_SERVER_ERROR.code],
    ],
  )
  await first.close()
  await using second = await TestBroker.start({ fs: first.fs })
  const again = await second.connect()
  const describe = async (users: readonly string[] | null) => {
    const body = { users: users?.map((name) => ({ name })) ?? null }
    const answer = await again.send(DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse, 0, body)
    return answer.results.map(({ user, errorCode, credentialInfos }) => [user, errorCode, credentialInfos.length])
  }
  assert.deepEqual(await describe(null), [
    ['alice', 0, 1],
    ['bob', 0, 1],
  ])
  const [missing, duplicate] = [Errors.RESOURCE_NOT_FOUND.code, Errors.DUPLICATE_RESOURCE.code]
  assert.deepEqual(await describe(['none', 'alice', 'bob', 'bob']), [
    ['none', missing, 0],
    ['alice', 0, 1],
    ['bob', duplicate, 0],
  ])
  const remove = { deletions: [{ name: 'alice', mechanism: 1 }], upsertions: [] }
  await again.send(AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse, 0, remove)
  assert.deepEqual(await describe([]), [['bob', 0, 1]])
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { imageRecords } from '../image/image-records.ts'
import { emptyImage, replayAll } from '../image/replay.ts'
import { ControllerFixture } from '../testing/controller-fixture.ts'
import { describeClientQuotas } from './describe-client-quotas.ts'

const user = (entityName: string | null) => ({ entityType: 'user', entityName })
const clientId = (entityName: string | null) => ({ entityType: 'client-id', entityName })
const ip = (entityName: string | null) => ({ entityType: 'ip', entityName })
type Entity = ReturnType<typeof user>
type Change = readonly [entity: readonly Entity[], values: Readonly<Record<string, number | null>>]

function alter(controller: ControllerFixture, changes: readonly Change[], validateOnly = false) {
  const entries = changes.map(([entity, values]) => ({
    entity,
    ops: Object.entries(values).map(([key, value]) => ({ key, value: value ?? 0, remove: value === null })),
  }))
  const unresolvedHosts = new Set(['no such host'])
  const response = controller.run('alterClientQuotas', { entries, validateOnly, unresolvedHosts })
  return response.entries.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])
}

/** The quotas that a filter finds, as `user=bob: producer_byte_rate=5`. */
function find(
  controller: ControllerFixture,
  filter: readonly (readonly [type: string, matchType: number, match: string | null])[],
  strict = false,
) {
  const components = filter.map(([entityType, matchType, match]) => ({ entityType, matchType, match }))
  const { errorCode, errorMessage, entries } = describeClientQuotas(controller.image, { components, strict })
  if (entries === null) return [errorCode, errorMessage]
  return entries.map(({ entity, values }) => {
    const names = entity.map((each) => `${each.entityType}=${each.entityName}`).join(',')
    return `${names}: ${values.map(({ key, value }) => `${key}=${value}`).join(' ')}`
  })
}

const done = [0, null]

// What is expected here is what Apache Kafka 4.3.1 answered to the same requests.
describe('client quotas', () => {
  test('are set, changed and removed; a snapshot keeps them', () => {
    const controller = new ControllerFixture()
    assert.deepEqual(alter(controller, [[[user('bob')], { producer_byte_rate: 1000, request_percentage: 12.5 }]]), [
      done,
    ])
    assert.deepEqual(alter(controller, [[[user('bob')], { producer_byte_rate: null, consumer_byte_rate: null }]]), [
      done,
    ])
    assert.equal(controller.log.length, 3)
    assert.deepEqual(alter(controller, [[[user('bob')], { request_percentage: 12.5 }]]), [done])
    assert.equal(controller.log.length, 3, 'what stays the same is not written')
    assert.deepEqual(find(controller, []), ['user=bob: request_percentage=12.5'])
    const again = replayAll(emptyImage('cluster'), [...imageRecords(controller.image)]).image
    assert.deepEqual([...again.clientQuotas.values()], [...controller.image.clientQuotas.values()])
    alter(controller, [[[user('bob')], { request_percentage: null }]])
    assert.deepEqual(find(controller, []), [])
  })

  test('of one entity, whatever the order of its types', () => {
    const controller = new ControllerFixture()
    alter(controller, [[[user('z'), clientId('y')], { producer_byte_rate: 1 }]])
    alter(controller, [[[clientId('y'), user('z')], { producer_byte_rate: 2 }]])
    assert.deepEqual(find(controller, []), ['client-id=y,user=z: producer_byte_rate=2'])
  })

  test("of one entity come in the order of Kafka's map, after a snapshot too", () => {
    const controller = new ControllerFixture()
    alter(controller, [
      [[user('a')], { producer_byte_rate: 1, consumer_byte_rate: 2, request_percentage: 3 }],
      [[user('b')], { producer_byte_rate: 1 }],
    ])
    alter(controller, [[[user('b')], { request_percentage: 3, controller_mutation_rate: 4 }]])
    const told = (image: ControllerFixture['image']): string[] =>
      [...image.clientQuotas.values()].map(
        ({ entity, values }) => `${entity[0]?.entityName}: ${[...values.keys()].join()}`,
      )
    assert.deepEqual(told(controller.image), [
      'a: consumer_byte_rate,request_percentage,producer_byte_rate',
      'b: controller_mutation_rate,producer_byte_rate,request_percentage',
    ])
    const again = replayAll(emptyImage('cluster'), [...imageRecords(controller.image)]).image
    assert.deepEqual(told(again), [
      'a: consumer_byte_rate,request_percentage,producer_byte_rate',
      'b: controller_mutation_rate,request_percentage,producer_byte_rate',
    ])
  })

  const refusals: readonly (readonly [Change, string])[] = [
    [[[], { producer_byte_rate: 1 }], 'Invalid empty client quota entity'],
    [[[{ entityType: 'color', entityName: 'red' }], {}], 'Unhandled client quota entity type: color'],
    [[[user('')], { producer_byte_rate: 1 }], 'Empty user not supported'],
    [
      [[user('a'), ip('127.0.0.1')], {}],
      'Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId',
    ],
    [[[ip('no such host')], {}], 'no such host is not a valid IP or resolvable host.'],
    [[[user('a')], { nope: 1 }], 'Invalid configuration key nope'],
    [[[user('a')], { connection_creation_rate: 1 }], 'Invalid configuration key connection_creation_rate'],
    [[[ip(null)], { producer_byte_rate: 1 }], 'Invalid configuration key producer_byte_rate'],
    [[[user('a')], { producer_byte_rate: 0 }], 'Quota producer_byte_rate must be greater than 0'],
    [[[user('a')], { request_percentage: -1 }], 'Quota request_percentage must be greater than 0'],
    [[[user('a')], { producer_byte_rate: 1.5 }], 'producer_byte_rate cannot be a fractional value.'],
    [
      [[ip('::1')], { connection_creation_rate: 2 ** 31 }],
      'Proposed value for connection_creation_rate is too large for an INT.',
    ],
    [[[user('a')], { producer_byte_rate: Infinity }], 'Proposed value for producer_byte_rate is too large for a LONG.'],
  ]
  for (const [change, message] of refusals) {
    test(`refused: ${message}`, () => {
      const controller = new ControllerFixture()
      assert.deepEqual(alter(controller, [change]), [[42, message]])
      assert.deepEqual(controller.log, [])
    })
  }

  test('one bad key keeps all of its entity from changing, and nothing else', () => {
    const controller = new ControllerFixture()
    const half: Change = [[user('half')], { producer_byte_rate: 1, nope: 3 }]
    const good: Change = [[user('good')], { producer_byte_rate: 1 }]
    assert.deepEqual(alter(controller, [half, good]), [[42, 'Invalid configuration key nope'], done])
    assert.deepEqual(find(controller, []), ['user=good: producer_byte_rate=1'])
  })

  test('an entity that comes twice is answered once, with an error, and its first change holds', () => {
    const controller = new ControllerFixture()
    const twice: Change[] = [1, 2].map((rate) => [[user('bob')], { producer_byte_rate: rate }])
    const message = 'Ignoring duplicate entity ClientQuotaEntity(entries={user=bob})'
    assert.deepEqual(alter(controller, twice), [[42, message]])
    assert.deepEqual(find(controller, []), ['user=bob: producer_byte_rate=1'])
  })

  test("of several entities come in the order of Kafka's map", () => {
    const controller = new ControllerFixture()
    alter(controller, [
      [[clientId('Client1'), user('User1')], { producer_byte_rate: 2 }],
      [[user('User1')], { producer_byte_rate: 1 }],
    ])
    assert.deepEqual(find(controller, [['user', 0, 'User1']]), [
      'user=User1: producer_byte_rate=1',
      'client-id=Client1,user=User1: producer_byte_rate=2',
    ])
  })

  test('are only checked when that is all that is asked', () => {
    const controller = new ControllerFixture()
    assert.deepEqual(alter(controller, [[[user('bob')], { producer_byte_rate: 1 }]], true), [done])
    assert.deepEqual(find(controller, []), [])
  })

  test('are found by filters', () => {
    const controller = new ControllerFixture()
    alter(controller, [
      [[user('bob')], { producer_byte_rate: 1 }],
      [[user('bob'), clientId(null)], { consumer_byte_rate: 7 }],
      [[user(null)], { controller_mutation_rate: 1.5 }],
      [[ip('127.0.0.9')], { connection_creation_rate: 5 }],
    ])
    const [bob, both, users, address] = [
      'user=bob: producer_byte_rate=1',
      'client-id=null,user=bob: consumer_byte_rate=7',
      'user=null: controller_mutation_rate=1.5',
      'ip=127.0.0.9: connection_creation_rate=5',
    ]
    assert.equal(find(controller, []).length, 4)
    assert.deepEqual(find(controller, [], true), [])
    assert.deepEqual(new Set(find(controller, [['user', 0, 'bob']])), new Set([both, bob]))
    assert.deepEqual(find(controller, [['user', 0, 'bob']], true), [bob])
    assert.deepEqual(find(controller, [['user', 1, null]]), [users])
    assert.equal(find(controller, [['user', 2, null]]).length, 3)
    assert.deepEqual(find(controller, [['ip', 2, null]]), [address])
    assert.deepEqual(
      find(
        controller,
        [
          ['user', 0, 'bob'],
          ['client-id', 1, null],
        ],
        true,
      ),
      [both],
    )
    assert.deepEqual(find(controller, [['color', 2, null]]), [35, 'Unsupported entity type color'])
    assert.deepEqual(find(controller, [['', 2, null]]), [42, 'Invalid empty entity type.'])
    assert.deepEqual(find(controller, [['user', 7, null]]), [42, 'Unknown match type 7'])
    const combined = find(controller, [
      ['ip', 2, null],
      ['user', 2, null],
    ])
    assert.equal(combined[0], 42)
  })
})

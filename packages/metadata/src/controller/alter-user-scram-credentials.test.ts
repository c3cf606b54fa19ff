import assert from 'node:assert/strict'
import { test } from 'node:test'
import { imageRecords } from '../image/image-records.ts'
import { emptyImage, replayAll } from '../image/replay.ts'
import { ControllerFixture } from '../testing/controller-fixture.ts'

const bytes = (length: number) => new Uint8Array(length).fill(7)

function upsert(name: string, mechanism: number, iterations = 4096) {
  return { name, mechanism, iterations, salt: bytes(3), keys: { storedKey: bytes(32), serverKey: bytes(32) } }
}

function alter(
  controller: ControllerFixture,
  upsertions: readonly ReturnType<typeof upsert>[],
  deletions: readonly { name: string; mechanism: number }[] = [],
) {
  const { results } = controller.run('alterUserScramCredentials', { upsertions, deletions })
  return results.map(({ user, errorCode, errorMessage }) => [user, errorCode, errorMessage])
}

test('credentials are set, replaced and deleted; a snapshot keeps them', () => {
  const controller = new ControllerFixture()
  assert.deepEqual(alter(controller, [upsert('alice', 1), upsert('bob', 2, 8192)]), [
    ['alice', 0, null],
    ['bob', 0, null],
  ])
  alter(controller, [upsert('alice', 2)])
  const again = replayAll(emptyImage('cluster'), [...imageRecords(controller.image)]).image
  assert.deepEqual([...again.scramCredentials.keys()].toSorted(), ['1:alice', '2:alice', '2:bob'])
  assert.deepEqual(alter(controller, [], [{ name: 'alice', mechanism: 1 }]), [['alice', 0, null]])
  assert.deepEqual([...controller.image.scramCredentials.keys()].toSorted(), ['2:alice', '2:bob'])
})

// What is expected here is what Apache Kafka 4.3.1 answered to the same requests.
test('what cannot be a credential is refused, and the rest holds', () => {
  const controller = new ControllerFixture()
  const twice = 'A user credential cannot be altered twice in the same request'
  const upsertions = [
    upsert('few', 1, 4095),
    upsert('many', 1, 16_385),
    upsert('odd', 3),
    upsert('', 1),
    upsert('twice', 1),
    upsert('twice', 2),
    upsert('good', 1),
  ]
  assert.deepEqual(alter(controller, upsertions, [{ name: 'none', mechanism: 1 }]), [
    ['none', 91, 'Attempt to delete a user credential that does not exist'],
    ['few', 93, 'Too few iterations'],
    ['many', 93, 'Too many iterations'],
    ['odd', 33, 'Unknown SCRAM mechanism'],
    ['', 93, 'Username must not be empty'],
    ['twice', 92, twice],
    ['good', 0, null],
  ])
  assert.deepEqual([...controller.image.scramCredentials.keys()], ['1:good'])
})

test('who is named twice is told so before keys are made', () => {
  const controller = new ControllerFixture()
  const keyless = (name: string) => ({ ...upsert(name, 1), keys: null })
  const upsertions = [keyless('none'), keyless('twice'), upsert('twice', 1)]
  const { results } = controller.run('alterUserScramCredentials', { upsertions, deletions: [] })
  assert.deepEqual(
    results.map(({ user, errorCode }) => [user, errorCode]),
    [
      ['none', -1],
      ['twice', 92],
    ],
  )
  assert.equal(controller.image.scramCredentials.size, 0)
})

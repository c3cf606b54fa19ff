import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FetchSession, type FetchTarget } from './fetch-session.ts'

const target = (partition: number, fetchOffset = 0, topicId = 'BBBBBBBBBBBBBBBBBBBBBA'): FetchTarget => ({
  topic: 't',
  topicId,
  partition,
  fetchOffset,
  currentLeaderEpoch: 0,
  maxBytes: 100,
})

describe('FetchSession', () => {
  test('first everything, then only what has changed, and what is no longer wanted', () => {
    const session = new FetchSession()
    assert.deepEqual(session.next([target(0), target(1)]), {
      sessionId: 0,
      sessionEpoch: 0,
      toFetch: [target(0), target(1)],
      toForget: [],
    })
    session.onResponse({ sessionId: 77, errorCode: 0 })
    assert.deepEqual(session.next([target(0, 5), target(2)]), {
      sessionId: 77,
      sessionEpoch: 1,
      toFetch: [target(0, 5), target(2)],
      toForget: [target(1)],
    })
    session.onResponse({ sessionId: 77, errorCode: 0 })
    assert.deepEqual(session.next([target(0, 5), target(2)]), {
      sessionId: 77,
      sessionEpoch: 2,
      toFetch: [],
      toForget: [],
    })
  })

  test('a topic that was made anew is another one', () => {
    const session = new FetchSession()
    session.next([target(0)])
    session.onResponse({ sessionId: 77, errorCode: 0 })
    const { toFetch, toForget } = session.next([target(0, 0, 'CCCCCCCCCCCCCCCCCCCCCA')])
    assert.equal(toFetch[0]!.topicId, 'CCCCCCCCCCCCCCCCCCCCCA')
    assert.equal(toForget[0]!.topicId, 'BBBBBBBBBBBBBBBBBBBBBA')
  })

  test('a broker that declines sessions is told everything each time', () => {
    const session = new FetchSession()
    session.next([target(0)])
    session.onResponse({ sessionId: 0, errorCode: 0 })
    assert.deepEqual(session.next([target(0)]).toFetch, [target(0)])
    assert.equal(session.next([target(0)]).sessionEpoch, 0)
  })

  test('after a lost answer the old session is replaced, after a refusal there is none to replace', () => {
    const session = new FetchSession()
    session.next([target(0)])
    session.onResponse({ sessionId: 77, errorCode: 0 })
    session.onFailure()
    assert.deepEqual(session.next([target(0)]), { sessionId: 77, sessionEpoch: 0, toFetch: [target(0)], toForget: [] })
    session.onResponse({ sessionId: 0, errorCode: 70 })
    assert.equal(session.next([target(0)]).sessionId, 0)
  })
})

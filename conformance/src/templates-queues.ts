// Requests of members that share the records of a partition (KIP-932): one group, two members, each on a connection of
// its own.
import { apis } from './apis.ts'
import { nameOf, type Acquired, type Partition, type Queue } from './queue.ts'
import type { Random } from './random.ts'
import { made, type State, type Template } from './template.ts'

const ACCEPT = 1
const RELEASE = 2
const REJECT = 3
const RENEW = 4

/** Of a partition, and of what a member was given of it. */
interface Asked extends Partition {
  readonly given: readonly Pick<Acquired, 'firstOffset' | 'lastOffset'>[]
}

function asked(all: readonly Asked[], type: number) {
  const topicIds = [...new Set(all.map(({ topicId }) => topicId))]
  return topicIds.map((topicId) => ({
    topicId,
    partitions: all
      .filter((each) => each.topicId === topicId)
      .map(({ partition, given }) => ({
        partitionIndex: partition,
        partitionMaxBytes: 1 << 20,
        acknowledgementBatches: given.map(({ firstOffset, lastOffset }) => ({
          firstOffset,
          lastOffset,
          acknowledgeTypes: [type],
        })),
      })),
  }))
}

/** What the member was given of one partition, or of all, in the order of its offsets. */
function givenTo(random: Random, { acquired }: Queue, memberId: string): Asked[] {
  const own = acquired.filter((each) => each.memberId === memberId)
  if (own.length === 0) return []
  const names = [...new Set(own.map((each) => nameOf(each)))]
  const spokenOf = random.chance(0.3) ? names : [random.pick(names)]
  return spokenOf.map((name) => {
    const given = own.filter((each) => nameOf(each) === name)
    const { topicId, partition } = given[0]!
    return { topicId, partition, given: given.toSorted((a, b) => a.firstOffset - b.firstOffset) }
  })
}

/** A partition, or all that a fetch has been answered for. */
function wantedOf(random: Random, { queue, topics }: State): Asked[] {
  if (random.chance(0.3) && queue.opened.size > 1) {
    return topics.flatMap(({ id }) =>
      [0, 1]
        .map((partition) => ({ topicId: id, partition, given: [] }))
        .filter((each) => queue.opened.has(nameOf(each))),
    )
  }
  return [{ topicId: random.pick(topics).id, partition: random.chance(0.8) ? 0 : 1, given: [] }]
}

export const queueTemplates: Readonly<Record<string, Template>> = {
  ShareGroupHeartbeat: (random, { queue, topics }) => {
    // Which of two members gets which of several partitions follows from the hashes of the topics' ids.
    const joined = queue.memberIds.find((id) => (queue.memberEpochs.get(id) ?? 0) > 0)
    const memberId = (queue.shared === undefined ? joined : undefined) ?? random.pick(queue.memberIds)
    const memberEpoch = random.chance(0.2) ? 0 : (queue.memberEpochs.get(memberId) ?? 0)
    const some = random.chance(0.3) ? topics.map(({ name }) => name) : [random.pick(topics).name]
    const names = queue.shared === undefined ? some : [queue.shared]
    return made(apis.shareGroupHeartbeat, {
      groupId: queue.groupId,
      memberId,
      memberEpoch: random.chance(0.15) ? -1 : memberEpoch,
      rackId: null,
      subscribedTopicNames: memberEpoch === 0 || random.chance(0.2) ? names : null,
    })
  },
  ShareFetch: (random, state) => {
    const { queue, topics } = state
    const memberId = random.pick(queue.memberIds)
    const shareSessionEpoch = queue.sessionEpochs.get(memberId) ?? 0
    const given = shareSessionEpoch > 0 && random.chance(0.4) ? givenTo(random, queue, memberId) : []
    const wanted = given.length > 0 ? given : wantedOf(random, state)
    const isSilent = shareSessionEpoch > 0 && given.length === 0 && random.chance(0.5)
    const type = random.pick([ACCEPT, ACCEPT, RELEASE, REJECT])
    return made(apis.shareFetch, {
      groupId: queue.groupId,
      memberId,
      shareSessionEpoch: shareSessionEpoch > 0 && random.chance(0.05) ? -1 : shareSessionEpoch,
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 1 << 20,
      maxRecords: random.pick([500, 500, 1, 2]),
      batchSize: 500,
      shareAcquireMode: 0,
      isRenewAck: false,
      topics: isSilent ? [] : (asked(wanted, type) as never),
      forgottenTopicsData: random.chance(0.1) ? [{ topicId: random.pick(topics).id, partitions: [0] }] : [],
    })
  },
  ShareAcknowledge: (random, { queue, topics }) => {
    const memberId = random.pick(queue.memberIds)
    const given = givenTo(random, queue, memberId)
    const type = random.pick([ACCEPT, ACCEPT, RELEASE, REJECT, RENEW])
    const nothing = { topicId: random.pick(topics).id, partition: 0, given: [{ firstOffset: 0, lastOffset: 0 }] }
    return made(apis.shareAcknowledge, {
      groupId: queue.groupId,
      memberId,
      shareSessionEpoch: queue.sessionEpochs.get(memberId) ?? 1,
      isRenewAck: type === RENEW,
      topics: asked(given.length > 0 ? given : [nothing], type) as never,
    })
  },
  AlterShareGroupOffsets: (random, state) => {
    const partitions = [{ partitionIndex: random.below(2), startOffset: random.below(4) }]
    return made(apis.alterShareGroupOffsets, {
      groupId: random.pick([state.queue.groupId, state.queue.groupId, state.missing, state.groups[0]!]),
      topics: [{ topicName: random.pick(state.topics).name, partitions }],
    })
  },
}

/** What moves a queue on, for histories that are about one. */
export const stepsOfQueue = [
  ...Object.keys(queueTemplates),
  'ShareFetch',
  'ShareAcknowledge',
  'Produce',
  'ShareGroupDescribe',
  'DescribeShareGroupOffsets',
  'DeleteShareGroupOffsets',
]

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GroupDescription, MemberDescription } from '@milena/client'
import { formatGroups } from './list-groups.ts'
import { formatAssignment, formatMembers, formatOffsets, formatState, type PartitionRow } from './group-tables.ts'

const row = (rest: Partial<PartitionRow> = {}): PartitionRow => ({
  group: 'g1',
  topic: 't1',
  partition: 0,
  offset: 10,
  leaderEpoch: 0,
  logEndOffset: 12,
  consumerId: '-',
  host: '-',
  clientId: '-',
  ...rest,
})

const member = (rest: Partial<MemberDescription> = {}): MemberDescription => ({
  memberId: 'console-consumer-c71beeec-f205-47c8-bcf6-fe0119468e45',
  groupInstanceId: null,
  clientId: 'console-consumer',
  host: '/127.0.0.1',
  assignment: [
    { topic: 't1', partition: 1 },
    { topic: 't1', partition: 0 },
    { topic: 'a', partition: 10 },
  ],
  ...rest,
})

const group = (rest: Partial<GroupDescription> = {}): GroupDescription => ({
  groupId: 'g1',
  type: 'classic',
  protocolType: 'consumer',
  state: 'Stable',
  coordinator: { nodeId: 1, host: '127.0.0.1', port: 39892, rack: null },
  partitionAssignor: 'range',
  members: [],
  ...rest,
})

// The expected lines were printed by Apache Kafka 4.3.1, or follow from the formats in its ConsumerGroupCommand.
describe('output, character by character', () => {
  test('--describe', () => {
    assert.deepEqual(formatOffsets([row(), row({ partition: 1, offset: undefined, logEndOffset: undefined })], false), [
      'GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID     HOST            CLIENT-ID',
      'g1              t1              0          10              12              2               -               -               -',
      'g1              t1              1          -               -               -               -               -               -',
    ])
  })

  test('--describe --verbose', () => {
    assert.deepEqual(formatOffsets([row({ leaderEpoch: undefined })], true), [
      'GROUP           TOPIC           PARTITION  LEADER-EPOCH    CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID     HOST            CLIENT-ID',
      'g1              t1              0          -               10              12              2               -               -               -',
    ])
  })

  test('columns grow with what is in them', () => {
    const [head, line] = formatOffsets([row({ topic: 'a-topic-with-a-long-name', consumerId: 'c'.repeat(20) })], false)
    assert.ok(head!.startsWith('GROUP           TOPIC                    PARTITION  '))
    assert.ok(line!.startsWith('g1              a-topic-with-a-long-name 0          '))
    assert.ok(head!.endsWith(' CONSUMER-ID          HOST            CLIENT-ID'))
  })

  test('--members', () => {
    assert.deepEqual(formatMembers(group({ members: [member()] }), false), [
      'GROUP           CONSUMER-ID                                           HOST            CLIENT-ID        #PARTITIONS     ',
      'g1              console-consumer-c71beeec-f205-47c8-bcf6-fe0119468e45 /127.0.0.1      console-consumer 3               ',
    ])
  })

  test('--members --verbose, without members', () => {
    assert.deepEqual(formatMembers(group(), true), [
      'GROUP           CONSUMER-ID     HOST            CLIENT-ID       #PARTITIONS     CURRENT-EPOCH   CURRENT-ASSIGNMENT   TARGET-EPOCH    TARGET-ASSIGNMENT   ',
    ])
  })

  test('--members --verbose: epochs, assignments, instances, and who still speaks the classic protocol', () => {
    const members = [
      member({ memberId: 'm1', groupInstanceId: 'i1', memberEpoch: 4, upgraded: true, targetAssignment: [] }),
      member({ memberId: 'm2', memberEpoch: 3, upgraded: false, assignment: [] }),
    ]
    assert.deepEqual(formatMembers(group({ members, targetAssignmentEpoch: 4 }), true), [
      'GROUP           CONSUMER-ID     GROUP-INSTANCE-ID HOST            CLIENT-ID        #PARTITIONS     CURRENT-EPOCH   CURRENT-ASSIGNMENT   TARGET-EPOCH    TARGET-ASSIGNMENT    UPGRADED',
      'g1              m1              i1                /127.0.0.1      console-consumer 3               4               a:10;t1:0,1          4               -                    true',
      'g1              m2                                /127.0.0.1      console-consumer 0               3               -                    4               -                    false',
    ])
  })

  test('--state', () => {
    assert.deepEqual(formatState(group({ partitionAssignor: '', state: 'Empty' }), false), [
      'GROUP           COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE                #MEMBERS',
      'g1              127.0.0.1:39892  (1)      -                    Empty                0',
    ])
    assert.deepEqual(formatState(group({ groupEpoch: 3 }), true), [
      'GROUP           COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE                GROUP-EPOCH     TARGET-ASSIGNMENT-EPOCH   #MEMBERS',
      'g1              127.0.0.1:39892  (1)      range                Stable               3               -                         0',
    ])
  })

  test('--list --type --state', () => {
    const groups = [
      { groupId: 'console-consumer-88501', protocolType: 'consumer', state: 'Empty', type: 'classic' },
      { groupId: 'g1', protocolType: 'consumer', state: '', type: '' },
    ]
    assert.deepEqual(formatGroups(groups, { type: true, state: true }), [
      'GROUP                            TYPE                 STATE               ',
      'console-consumer-88501           Classic              Empty               ',
      'g1                               Unknown              Unknown             ',
    ])
    assert.equal(
      formatGroups(groups, { type: false, state: true })[1],
      'console-consumer-88501           Empty               ',
    )
  })

  test('assignments are in order', () => {
    assert.equal(formatAssignment(member().assignment), 'a:10;t1:0,1')
    assert.equal(formatAssignment([]), '-')
  })
})

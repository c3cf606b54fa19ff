// Log folders that take no new replicas (KIP-1066). Each broker has one folder, and `*` is the only name for it that
// both know.
import { apis } from '../src/apis.ts'
import { history } from '../src/history.ts'
import type { Session } from '../src/session.ts'

const { incrementalAlterConfigs, describeConfigs, describeLogDirs, alterReplicaLogDirs } = apis
const { createTopics, createPartitions, alterPartitionReassignments } = apis

const BROKER = 4

/** Null takes the config away. */
const cordon = (s: Session, value: string | null, resourceName = '1') =>
  s.send(incrementalAlterConfigs, {
    resources: [
      {
        resourceType: BROKER,
        resourceName,
        configs: [{ name: 'cordoned.log.dirs', configOperation: value === null ? 1 : 0, value }],
      },
    ],
    validateOnly: false,
  })

const describeCordoned = (s: Session) =>
  s.send(describeConfigs, {
    resources: [{ resourceType: BROKER, resourceName: '1', configurationKeys: ['cordoned.log.dirs'] }],
    includeSynonyms: true,
    includeDocumentation: false,
  })

const create = (s: Session, name: string, more: object = {}) =>
  s.send(createTopics, {
    topics: [{ name: s.name(name), numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...more }],
    timeoutMs: 30_000,
    validateOnly: false,
  })

const byHand = { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [1] }] }

/** What is asked for while all folders are cordoned; they are open again in the end. */
async function whileCordoned(s: Session, act: (topic: string, logDir: string) => Promise<void>): Promise<void> {
  const { name } = await s.topic('orders')
  const asked = { topics: [{ topic: name, partitions: [0] }] }
  const { logDir } = (await s.send(describeLogDirs, asked)).results[0]!
  await cordon(s, '*')
  await act(name, logDir)
  await cordon(s, null)
  await s.send(describeLogDirs, asked)
}

export const histories = [
  history(
    'no topic where all folders are cordoned, unless it is placed by hand',
    createTopics,
    (s) =>
      whileCordoned(s, async () => {
        await create(s, 'more')
        await create(s, 'more', { replicationFactor: 3 })
        await create(s, 'by-hand', byHand)
      }),
    { alone: true },
  ),

  history(
    'no partition where all folders are cordoned, unless it is placed by hand',
    createPartitions,
    (s) =>
      whileCordoned(s, async (name) => {
        const more = { timeoutMs: 30_000, validateOnly: false }
        await s.send(createPartitions, { topics: [{ name, count: 2, assignments: null }], ...more })
        await s.send(createPartitions, { topics: [{ name, count: 2, assignments: [{ brokerIds: [1] }] }], ...more })
      }),
    { alone: true },
  ),

  history(
    'a cordoned folder takes no replica of another',
    alterReplicaLogDirs,
    (s) =>
      whileCordoned(s, async (name, path) => {
        await s.send(alterReplicaLogDirs, { dirs: [{ path, topics: [{ name, partitions: [0, 7] }] }] })
        await s.send(alterPartitionReassignments, {
          timeoutMs: 30_000,
          topics: [{ name, partitions: [{ partitionIndex: 0, replicas: [1] }] }],
        })
      }),
    { alone: true },
  ),

  history(
    'a folder says that it is cordoned',
    describeLogDirs,
    (s) =>
      whileCordoned(s, async (topic) => {
        await s.send(describeLogDirs, { topics: [{ topic, partitions: [0] }] })
        await describeCordoned(s)
        await cordon(s, '')
        await s.send(describeLogDirs, { topics: [{ topic, partitions: [0] }] })
        await describeCordoned(s)
      }),
    { alone: true },
  ),

  history(
    'cordoned.log.dirs names folders of the broker, or all of them',
    incrementalAlterConfigs,
    async (s) => {
      for (const value of ['/nowhere', '/nowhere,/neither', '*,/nowhere', '/nowhere,*', '*,*', ' * ', ',', null]) {
        await cordon(s, value)
      }
      await cordon(s, '*', '')
      await cordon(s, '*', '2')
      await cordon(s, null)
    },
    { alone: true },
  ),
]

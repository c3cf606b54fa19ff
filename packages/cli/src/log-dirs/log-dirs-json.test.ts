import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaError, type LogDirDescription } from '@milena/client'
import { logDirsJson } from './log-dirs-json.ts'

const replica = (topic: string, partition: number) => ({
  topic,
  partition,
  sizeInBytes: 5,
  offsetLag: 0,
  isFuture: false,
})
const replicas = new Map([replica('a', 0), replica('b', 1)].map((each) => [`${each.topic}-${each.partition}`, each]))

test('as Kafka prints it', () => {
  const dirs: readonly LogDirDescription[] = [
    { path: '/data', error: undefined, replicas },
    { path: '/broken', error: KafkaError.of('KAFKA_STORAGE_ERROR'), replicas: new Map() },
  ]
  const text = logDirsJson(new Map([[1, dirs]]), new Set(['b']))
  assert.deepEqual(JSON.parse(text), {
    version: 1,
    brokers: [
      {
        broker: 1,
        logDirs: [
          {
            logDir: '/broken',
            error: 'org.apache.kafka.common.errors.KafkaStorageException',
            partitions: [],
          },
          {
            logDir: '/data',
            error: null,
            partitions: [{ partition: 'b-1', size: 5, offsetLag: 0, isFuture: false }],
          },
        ].toSorted((a, b) => text.indexOf(a.logDir) - text.indexOf(b.logDir)),
      },
    ],
  })
  assert.match(logDirsJson(new Map([[1, dirs]]), new Set()), /a-0.*b-1|b-1.*a-0/)
})

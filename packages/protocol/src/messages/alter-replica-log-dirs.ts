import { array, int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const AlterReplicaLogDirsRequest = message({
  name: 'AlterReplicaLogDirsRequest',
  apiKey: 34,
  kind: 'request',
  versions: '1-2',
  flexible: '2+',
  listeners: ['broker'],
  fields: {
    dirs: array('0+', {
      path: string('0+', { mapKey: true }),
      topics: array('0+', {
        name: string('0+', { mapKey: true, entityType: 'topicName' }),
        partitions: array('0+', 'int32'),
      }),
    }),
  },
})
export type AlterReplicaLogDirsRequest = Infer<typeof AlterReplicaLogDirsRequest>

export const AlterReplicaLogDirsResponse = message({
  name: 'AlterReplicaLogDirsResponse',
  apiKey: 34,
  kind: 'response',
  versions: '1-2',
  flexible: '2+',
  fields: {
    throttleTimeMs: int32('0+'),
    results: array('0+', {
      topicName: string('0+', { entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
      }),
    }),
  },
})
export type AlterReplicaLogDirsResponse = Infer<typeof AlterReplicaLogDirsResponse>

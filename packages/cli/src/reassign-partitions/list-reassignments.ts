import { partitionKey, type ReassignmentDescription } from '@milena/client'
import { print } from '../tool-io.ts'
import { byName } from './partition-order.ts'
import type { ReassignService } from './reassign-service.ts'

export async function listReassignments({ admin, io }: ReassignService): Promise<void> {
  const underWay = await admin.listPartitionReassignments('all')
  if (underWay.length === 0) print(io.stdout, 'No partition reassignments found.')
  else {
    print(io.stdout, 'Current partition reassignments:')
    for (const each of underWay.toSorted(byName)) print(io.stdout, formatUnderWay(each))
  }
}

export function formatUnderWay(reassignment: ReassignmentDescription): string {
  const { replicas, addingReplicas, removingReplicas } = reassignment
  const part = (name: string, ids: readonly number[]): string => (ids.length === 0 ? '' : ` ${name}: ${ids.join(',')}.`)
  const changes = part('adding', addingReplicas) + part('removing', removingReplicas)
  return `${partitionKey(reassignment)}: replicas: ${replicas.join(',')}.${changes}`
}

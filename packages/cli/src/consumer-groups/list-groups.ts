import type { GroupListing } from '@milena/client'
import { UsageError } from '../options/option-error.ts'
import { row, widthOf } from '../table.ts'
import { print } from '../tool-io.ts'
import { consumerGroups, type GroupService } from './group-service.ts'

/** States of consumer groups of either protocol, as Apache writes them. */
const states = ['PreparingRebalance', 'CompletingRebalance', 'Stable', 'Dead', 'Empty', 'Assigning', 'Reconciling']
const types = ['Classic', 'Consumer']

export async function listGroups(service: GroupService): Promise<void> {
  const { options, io } = service
  const columns = { type: options.has('type'), state: options.has('state') }
  if (!columns.type && !columns.state) {
    for (const { groupId } of await consumerGroups(service)) print(io.stdout, groupId)
    return
  }
  const groups = await consumerGroups(service, {
    states: parseNames(options.value('state'), states, 'state'),
    types: parseNames(options.value('type'), types, 'types'),
  })
  for (const line of formatGroups(groups, columns)) print(io.stdout, line)
}

function parseNames(input: string | undefined, valid: readonly string[], what: string): readonly string[] {
  if (input === undefined || input === '') return []
  return input.split(',').map((part) => {
    const found = valid.find((name) => name.toLowerCase() === part.trim().toLowerCase())
    if (found === undefined) {
      throw new UsageError(
        `Invalid ${what} list '${input}'. Valid ${what === 'state' ? 'states' : 'types'} are: ${valid.join(', ')}`,
      )
    }
    return found
  })
}

export function formatGroups(
  groups: readonly GroupListing[],
  columns: { readonly type: boolean; readonly state: boolean },
): readonly string[] {
  const width =
    widthOf(
      15,
      groups.map(({ groupId }) => groupId),
    ) + 10
  const line = (group: string, type: string, state: string): string =>
    row([
      [group, width],
      ...(columns.type ? ([[type, 20]] as const) : []),
      ...(columns.state ? ([[state, 20]] as const) : []),
    ])
  return [
    line('GROUP', 'TYPE', 'STATE'),
    ...groups.map(({ groupId, type, state }) => line(groupId, typeName(type), state === '' ? 'Unknown' : state)),
  ]
}

const typeName = (type: string): string => types.find((name) => name.toLowerCase() === type.toLowerCase()) ?? 'Unknown'

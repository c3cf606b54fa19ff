import { UsageError } from '../options/option-error.ts'
import { row, widthOf } from '../table.ts'
import { print } from '../tool-io.ts'
import { shareGroups, type ShareGroupService } from './share-group-service.ts'

const states = ['Stable', 'Dead', 'Empty']

export async function listShareGroups(service: ShareGroupService): Promise<void> {
  const { options, io } = service
  if (!options.has('state')) {
    for (const { groupId } of await shareGroups(service)) print(io.stdout, groupId)
    return
  }
  const groups = await shareGroups(service, parseStates(options.value('state') ?? ''))
  const names = groups.map(({ groupId }) => groupId)
  const width = widthOf(15, names)
  const line = (group: string, state: string): string =>
    row([
      [group, width],
      [state, 0],
    ])
  print(io.stdout, line('GROUP', 'STATE'))
  for (const { groupId, state } of groups) print(io.stdout, line(groupId, state === '' ? 'Unknown' : state))
}

function parseStates(input: string): readonly string[] {
  if (input === '') return []
  return input.split(',').map((part) => {
    const found = states.find((state) => state.toLowerCase() === part.trim().toLowerCase())
    if (found === undefined) {
      throw new UsageError(`Invalid state list '${input}'. Valid states are: ${states.join(', ')}`)
    }
    return found
  })
}

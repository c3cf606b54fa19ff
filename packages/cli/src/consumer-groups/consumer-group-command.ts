import { CommandFailure } from '../command-failure.ts'
import { Admin, KafkaError } from '@milena/client'
import { ClientConfig } from '../config/client-config.ts'
import { loadProperties } from '../config/properties.ts'
import { javaException } from '../java-exceptions.ts'
import { runTool } from '../run-tool.ts'
import { print, type ToolIo } from '../tool-io.ts'
import { checkGroupOptions, groupSpecs, type GroupOptions } from './group-options.ts'
import type { GroupService } from './group-service.ts'

/** `kafka-consumer-groups`: lists, describes and deletes groups, and resets and deletes what they committed. */
export function consumerGroupCommand(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(
    {
      specs: groupSpecs,
      about:
        'This tool helps to list all consumer groups, describe a consumer group, delete consumer group info, or reset consumer group offsets.',
      usageOnOptionError: false,
      main,
    },
    argv,
    io,
  )
}

type Action = (service: GroupService) => Promise<void>

/** Each action is loaded when it is asked for. */
const actions = {
  list: async (): Promise<Action> => (await import('./list-groups.ts')).listGroups,
  describe: async (): Promise<Action> => (await import('./describe-groups.ts')).describeGroups,
  delete: async (): Promise<Action> => (await import('./delete-groups.ts')).deleteGroups,
  'reset-offsets': async (): Promise<Action> => (await import('./reset-offsets.ts')).resetOffsets,
  'delete-offsets': async (): Promise<Action> => (await import('./delete-groups.ts')).deleteOffsets,
} as const

async function main(options: GroupOptions, io: ToolIo): Promise<number> {
  checkGroupOptions(options, io)
  const regex = options.value('validate-regex')
  if (regex !== undefined) return validateRegex(regex, io)
  const file = options.value('command-config')
  const config = new ClientConfig(file === undefined ? new Map() : loadProperties(file))
  const names = Object.keys(actions) as readonly (keyof typeof actions)[]
  const action = await actions[names.find((name) => options.has(name))!]()
  try {
    const timeoutMs = options.number('timeout')!
    await using admin = new Admin(config.clientOptions(io, options.value('bootstrap-server')!, 'adminclient-1'))
    await action({ admin, options, io, timeoutMs })
  } catch (error) {
    if (!(error instanceof KafkaError || error instanceof CommandFailure)) throw error
    print(io.stdout, `\nError: Executing consumer group command failed due to ${javaException(error)}`)
  }
  return 0
}

async function validateRegex(regex: string, io: ToolIo): Promise<number> {
  const { re2SyntaxError } = await import('./re2-syntax.ts')
  const reason = re2SyntaxError(regex)
  const verdict = reason === undefined ? 'valid' : `invalid: ${reason}`
  print(io.stdout, `The regular expression \`${regex}\` is ${verdict}.`)
  return 0
}

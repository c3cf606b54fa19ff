import { Admin, KafkaError } from '@milena/client'
import { CommandFailure } from '../command-failure.ts'
import { ClientConfig } from '../config/client-config.ts'
import { loadProperties } from '../config/properties.ts'
import { javaException } from '../java-exceptions.ts'
import { OptionError } from '../options/option-error.ts'
import { runTool } from '../run-tool.ts'
import { print, type ToolIo } from '../tool-io.ts'
import { checkShareGroupOptions, shareGroupSpecs, type ShareGroupOptions } from './share-group-options.ts'
import type { ShareGroupService } from './share-group-service.ts'

type Action = (service: ShareGroupService) => Promise<void>

/** Each action is loaded when it is asked for. */
const actions = {
  list: async (): Promise<Action> => (await import('./list-share-groups.ts')).listShareGroups,
  describe: async (): Promise<Action> => (await import('./describe-share-groups.ts')).describeShareGroups,
  delete: async (): Promise<Action> => (await import('./delete-share-groups.ts')).deleteShareGroups,
  'reset-offsets': async (): Promise<Action> => (await import('./reset-share-offsets.ts')).resetShareOffsets,
  'delete-offsets': async (): Promise<Action> => (await import('./delete-share-groups.ts')).deleteShareOffsets,
} as const

/** `kafka-share-groups`: lists, describes and deletes share groups, and resets and deletes their offsets. */
export function shareGroupsCommand(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(
    {
      specs: shareGroupSpecs,
      about: 'This tool helps to list, describe, reset and delete share groups.',
      whenEmpty: 'This tool helps to list, describe, reset and delete share groups.',
      usageOnOptionError: false,
      main,
    },
    argv,
    io,
  )
}

async function main(options: ShareGroupOptions, io: ToolIo): Promise<number> {
  checkShareGroupOptions(options)
  try {
    const timeoutMs = options.number('timeout')!
    const file = options.value('command-config')
    const config = new ClientConfig(file === undefined ? new Map() : loadProperties(file))
    const names = Object.keys(actions) as readonly (keyof typeof actions)[]
    const action = await actions[names.find((name) => options.has(name))!]()
    await using admin = new Admin(config.clientOptions(io, options.value('bootstrap-server')!, 'adminclient-1'))
    await action({ admin, options, io, timeoutMs })
  } catch (error) {
    const isExpected = [KafkaError, CommandFailure, OptionError].some((kind) => error instanceof kind)
    if (!isExpected) throw error
    print(io.stdout, `\nError: Executing share group command failed due to ${javaException(error)}`)
  }
  return 0
}

import { Admin, KafkaError } from '@milena/client'
import { ClientConfig } from '../config/client-config.ts'
import { loadProperties } from '../config/properties.ts'
import { javaException } from '../java-exceptions.ts'
import { OptionError, ToolExit } from '../options/option-error.ts'
import { runTool } from '../run-tool.ts'
import type { ToolIo } from '../tool-io.ts'
import { checkReassignOptions, reassignSpecs, type ReassignAction, type ReassignOptions } from './reassign-options.ts'
import type { ReassignService } from './reassign-service.ts'
import { TerseToolExit } from './terse-tool-exit.ts'

type Action = (service: ReassignService) => Promise<void>

/** Each action is loaded when it is asked for. */
const actions: Readonly<Record<ReassignAction, () => Promise<Action>>> = {
  generate: async () => (await import('./generate-assignment.ts')).generateAssignment,
  execute: async () => (await import('./execute-assignment.ts')).executeAssignment,
  verify: async () => (await import('./verify-assignment.ts')).verifyAssignment,
  cancel: async () => (await import('./verify-assignment.ts')).cancelAssignment,
  list: async () => (await import('./list-reassignments.ts')).listReassignments,
}

/** `kafka-reassign-partitions`: moves partitions to other brokers, and replicas into other log folders. */
export function reassignPartitionsCommand(argv: readonly string[], io: ToolIo): Promise<number> {
  const about = 'This tool helps to move topic partitions between replicas.'
  return runTool({ specs: reassignSpecs, about, whenEmpty: about, usageOnOptionError: false, main }, argv, io)
}

async function main(options: ReassignOptions, io: ToolIo): Promise<number> {
  const name = checkReassignOptions(options)
  try {
    const file = options.value('command-config')
    const config = new ClientConfig(file === undefined ? new Map() : loadProperties(file))
    const controllers = options.value('bootstrap-controller')
    const servers = controllers ?? options.value('bootstrap-server') ?? ''
    const action = await actions[name]()
    await using admin = new Admin({
      ...config.clientOptions(io, servers, 'reassign-partitions-tool'),
      ...(controllers !== undefined && { bootstrapRole: 'controllers' as const }),
    })
    await action({ admin, options, io })
    return 0
  } catch (error) {
    if (error instanceof TerseToolExit) throw error
    const isExpected = [KafkaError, ToolExit, OptionError].some((kind) => error instanceof kind)
    if (!isExpected) throw error
    throw new ToolExit(1, `Error: ${javaException(error)}`, 'stdout')
  }
}

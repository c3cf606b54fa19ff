import type { KafkaClientOptions } from '@milena/client'
import type { ParsedArguments } from '../options/argument-parser.ts'
import { ToolExit } from '../options/option-error.ts'
import type { ToolIo } from '../tool-io.ts'
import { ClientConfig } from './client-config.ts'
import { loadProperties } from './properties.ts'

/** The client properties of a file, if one is named. */
export const commandConfig = (file: string | undefined): ClientConfig =>
  new ClientConfig(file === undefined ? new Map() : loadProperties(file))

/** A client of the brokers or controllers that `--bootstrap-server` or `--bootstrap-controller` names. */
export function bootstrapOptions(parsed: ParsedArguments, config: ClientConfig, io: ToolIo): KafkaClientOptions {
  const controllers = parsed.text('bootstrap-controller')
  const servers = parsed.text('bootstrap-server') ?? controllers
  if (servers === undefined) throw new ToolExit(1, missingBootstrap)
  return {
    ...config.clientOptions(io, servers, 'adminclient-1'),
    ...(controllers !== undefined && { bootstrapRole: 'controllers' as const }),
  }
}

export const missingBootstrap = 'You must specify either --bootstrap-controller or --bootstrap-server.'

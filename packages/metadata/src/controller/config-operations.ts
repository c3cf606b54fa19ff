import { Errors } from '@milena/protocol/messages'
import { brokerConfigDef } from '../config/broker-configs.ts'
import type { ConfigDef, ConfigDefs } from '../config/config-def.ts'
import { resourceTypes } from '../config/config-source.ts'
import type { ConfigOverrides } from '../config/effective-topic-config.ts'
import { groupConfigs } from '../config/group-configs.ts'
import { topicConfigs } from '../config/topic-configs.ts'
import { ApiFailure } from './api-failure.ts'

export interface ConfigOperation {
  readonly name: string
  readonly configOperation: number
  readonly value: string | null
}

const operationNames = ['SET', 'DELETE', 'APPEND', 'SUBTRACT'] as const

/** A resource's configs after the operations of an IncrementalAlterConfigs. */
export function applyOperations(
  present: ConfigOverrides,
  operations: readonly ConfigOperation[],
  resourceType: number,
): ConfigOverrides {
  const next = new Map(present)
  for (const { name, configOperation, value } of operations) {
    const operation = operationNames[configOperation]
    if (operation === undefined) throw unknownOperation(configOperation, resourceType)
    if (operation === 'DELETE') next.delete(name)
    else if (operation === 'SET') next.set(name, value!)
    else next.set(name, changedList({ name, operation, value: value!, resourceType, before: present.get(name) }))
  }
  return next
}

/** Kafka's broker, which looks at brokers, has a word for it; its controller has none. */
function unknownOperation(configOperation: number, resourceType: number): ApiFailure {
  return resourceType === resourceTypes.BROKER
    ? new ApiFailure(Errors.INVALID_REQUEST.code, `Unknown operations type ${configOperation}`)
    : new ApiFailure(Errors.UNKNOWN_SERVER_ERROR.code, null)
}

interface ListChange {
  readonly name: string
  readonly operation: 'APPEND' | 'SUBTRACT'
  readonly value: string
  readonly resourceType: number
  readonly before: string | undefined
}

/** A list that is not set yet begins as its default, so that appending to it adds to what holds. */
function changedList({ name, operation, value, resourceType, before }: ListChange): string {
  const def = definitionOf(resourceType, name)
  if (def?.type !== 'list')
    throw new ApiFailure(Errors.INVALID_CONFIG.code, notAList({ name, operation, resourceType }, def))
  const text = before ?? def.defaultText ?? ''
  const items = text === '' ? [] : text.split(',')
  for (const item of value.split(',')) {
    const index = items.indexOf(item)
    if (operation === 'APPEND' && index < 0) items.push(item)
    if (operation === 'SUBTRACT' && index >= 0) items.splice(index, 1)
  }
  return items.join(',')
}

/** The configs of brokers are looked at by the broker that is asked, all others by the controller. */
function notAList(
  { name, operation, resourceType }: Pick<ListChange, 'name' | 'operation' | 'resourceType'>,
  def: ConfigDef | undefined,
): string {
  if (resourceType !== resourceTypes.BROKER) return `Can't ${operation} to key ${name} because its type is not LIST.`
  if (def === undefined) return `Unknown config name: ${name}`
  return `Config value ${operation.toLowerCase()} is not allowed for config key: ${name}`
}

/** As in Kafka's controller, the configs of client metrics have no types here. */
function definitionOf(resourceType: number, name: string): ConfigDef | undefined {
  if (resourceType === resourceTypes.BROKER) return brokerConfigDef(name)
  const defs: ConfigDefs = resourceType === resourceTypes.TOPIC ? topicConfigs : groupConfigs
  return resourceType !== resourceTypes.CLIENT_METRICS && Object.hasOwn(defs, name) ? defs[name] : undefined
}

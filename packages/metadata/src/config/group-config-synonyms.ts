import { type BrokerConfigName, brokerConfigs } from './broker-configs.ts'

/** The broker config that a group config falls back to: the same name with `group.` before it, where there is one. */
export function groupConfigSynonym(name: string): BrokerConfigName | undefined {
  const synonym = `group.${name}`
  return Object.hasOwn(brokerConfigs, synonym) ? (synonym as BrokerConfigName) : undefined
}

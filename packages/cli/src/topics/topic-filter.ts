import { ToolExit } from '../options/option-error.ts'

const internalTopics = ['__consumer_offsets', '__transaction_state', '__share_group_state']

/** Names that a pattern matches as a whole; in it, commas separate alternatives and quotes are left out. */
export function topicFilter(pattern: string | undefined, excludeInternal: boolean): (name: string) => boolean {
  const allowed = (name: string): boolean => !excludeInternal || !internalTopics.includes(name)
  if (pattern === undefined) return allowed
  const source = pattern
    .trim()
    .replaceAll(',', '|')
    .replaceAll(' ', '')
    .replace(/^["']+|["']+$/g, '')
  let expression: RegExp
  try {
    expression = new RegExp(`^(?:${source})$`, 'u')
  } catch {
    throw new ToolExit(1, `${source} is an invalid regex.`)
  }
  return (name) => expression.test(name) && allowed(name)
}

export const MAX_TOPIC_NAME_LENGTH = 249

/** The topic that holds the metadata itself; nobody may create it. */
export const CLUSTER_METADATA_TOPIC = '__cluster_metadata'

const LEGAL = /^[a-zA-Z0-9._-]+$/

/** Why a name cannot be a topic's, or null when it can. */
export function topicNameProblem(name: string): string | null {
  if (name === '') return 'Topic name is invalid: the empty string is not allowed'
  if (name === '.' || name === '..') return `Topic name is invalid: '${name}' is not allowed`
  if (name.length > MAX_TOPIC_NAME_LENGTH) {
    return `Topic name is invalid: the length of '${name}' is longer than the max allowed length ${MAX_TOPIC_NAME_LENGTH}`
  }
  if (LEGAL.test(name)) return null
  return `Topic name is invalid: '${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
}

/** Metric names cannot tell `.` from `_`, so topics whose names differ only there must not stand side by side. */
export function collisionName(name: string): string {
  return name.replaceAll('.', '_')
}

export function mayCollide(name: string): boolean {
  return name.includes('.') || name.includes('_')
}

type Votes = readonly (readonly [name: string, count: number])[]

/** Kafka's own assignors as they lie in its hash tables, which break ties. */
const hashOrder = ['uniform', 'range']

/** Votes in the order in which Kafka's group has them. */
export const inHashOrder = (votes: Iterable<readonly [name: string, count: number]>): Votes =>
  [...votes]
    .filter(([, count]) => count > 0)
    .sort(([left], [right]) => hashOrder.indexOf(left) - hashOrder.indexOf(right))

/**
 * The votes when a member asks for `now` instead of `before`. As in Kafka, where a new key comes to stand before those
 * that share its place in the hash table, an assignor that nobody else asks for comes first.
 */
export const changedVotes = (votes: Votes, before: string | null, now: string | null): Votes => {
  const others = votes.map(([name, count]) => [name, name === before ? count - 1 : count] as const)
  const left = others.filter(([, count]) => count > 0)
  if (now === null) return left
  if (!left.some(([name]) => name === now)) return [[now, 1], ...left]
  return left.map(([name, count]) => [name, name === now ? count + 1 : count] as const)
}

/** The assignor that most members ask for, the first of those with as many; undefined when none asks for one. */
export const preferredAssignor = (votes: Votes): string | undefined => {
  const most = votes.reduce((highest, [, count]) => Math.max(highest, count), 0)
  return votes.find(([, count]) => count === most)?.[0]
}

/**
 * The assignor that most members ask for; undefined when none asks for one. Of several with as many votes the default
 * one wins: Kafka takes the first in the order of a hash table, which for its own two assignors is the same.
 */
export const preferredAssignor = (
  votes: Iterable<readonly [name: string, count: number]>,
  defaultAssignor: string | undefined,
): string | undefined => {
  let preferred: string | undefined
  let most = 0
  for (const [name, count] of votes) {
    if (count > most || (count === most && count > 0 && name === defaultAssignor)) [preferred, most] = [name, count]
  }
  return preferred
}

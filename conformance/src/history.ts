import type { Random } from './random.ts'
import type { Session } from './session.ts'

/** One behaviour, told once and played to both brokers in every version of its subjects. */
export interface History {
  /** A sentence, begun with the API: `Produce: a batch with a wrong CRC is refused`. */
  readonly title: string
  /** The APIs whose versions are varied, and under the first of which it is counted. */
  readonly subjects: readonly string[]
  /** What changes or lists what all histories share is played when no other is. */
  readonly alone: boolean
  readonly play: (session: Session, random: Random) => Promise<void>
}

interface Subject {
  readonly name: string
}

/** `history('what happens', [apis.fetch], async (s) => …)` */
export function history(
  title: string,
  subjects: Subject | readonly Subject[],
  play: (session: Session, random: Random) => Promise<void>,
  { alone = false }: { readonly alone?: boolean } = {},
): History {
  const names = [subjects].flat().map(({ name }) => name)
  return { title: `${names[0]}: ${title}`, subjects: names, alone, play }
}

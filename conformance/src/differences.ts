// conformance/differences.md as the runner reads it: a list item that begins with a pattern in backquotes,
// `API[ vN[-M]][ when REQUEST] | PATH: APACHE ~ MILENA`, is a difference that is meant. `*` stands for anything, REQUEST
// is looked for in the request as JSON; the rest of the item is its reason.
import { type Difference, show } from './compare.ts'
import type { Exchange } from './session.ts'

export interface MeantDifference {
  readonly pattern: string
  readonly reason: string
  readonly matches: (exchange: Exchange, difference: Difference) => boolean
}

const line = /^- `(\w+|\*)(?: v(\d+)(?:-(\d+))?)?(?: when (.+?))? \| (.+?): (.+?) ~ (.+?)`:? *(.*)$/

function glob(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
  return new RegExp(`^${escaped}$`, 's')
}

/** Throws when an item has a pattern that cannot be read, or no reason. */
export function parseDifferences(text: string): MeantDifference[] {
  const items = text.split(/\n(?=- `)/).slice(1)
  return items.map((item) => {
    const joined = item
      .split(/\n\n|\n#/)[0]!
      .replaceAll(/\n\s+/g, ' ')
      .trim()
    const match = line.exec(joined)
    if (match === null) throw new Error(`differences.md: cannot read ${joined}`)
    const [, api, from, to, when, place, apache, milena, reason] = match
    if (reason!.length < 20) throw new Error(`differences.md: ${joined} needs a reason`)
    const [placeGlob, apacheGlob, milenaGlob] = [glob(place!), glob(apache!), glob(milena!)]
    const min = from === undefined ? 0 : Number(from)
    const max = from === undefined ? Infinity : Number(to ?? from)
    return {
      pattern: joined.split('`')[1]!,
      reason: reason!,
      matches: ({ api: name, version, request }, difference) =>
        (api === '*' || api === name) &&
        (when === undefined || glob(`*${when}*`).test(JSON.stringify(request))) &&
        version >= min &&
        version <= max &&
        placeGlob.test(difference.path) &&
        apacheGlob.test(show(difference.apache)) &&
        milenaGlob.test(show(difference.milena)),
    }
  })
}

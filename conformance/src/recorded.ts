// What real clients have said, as histories.
import type { Api } from '@milena/client'
import { apis } from './apis.ts'
import { type History, history } from './history.ts'
import { fromText, isTooEarly, type Names, parseRecording, valueAt } from './recording.ts'
import { type Session, Unanswered } from './session.ts'

const byName = new Map(Object.values(apis).map((api) => [api.name, api as unknown as Api]))

/** The history of one file of `conformance/recorded`. It ends where one of the brokers does not answer. */
export function recorded(text: string): History {
  const { title, exchanges } = parseRecording(text)
  const play = async (s: Session): Promise<void> => {
    const known: Names = new Map()
    for (const { connection, api: name, version, body, names } of exchanges) {
      const api = byName.get(name)
      if (api === undefined) throw new Error(`recorded: ${name} is no API of ours`)
      const request = fromText(body, known) as never
      if ((request as { acks?: number }).acks === 0) {
        await s.tell(api, request, { version, connection })
        continue
      }
      const answer = await s.until(api, request, (each) => !isTooEarly(each), { version, connection })
      for (const [own, place] of names) {
        const value = valueAt(answer, place)
        if (value === undefined) throw new Unanswered(`${name} v${version}: nothing at ${place}`)
        known.set(own, value)
      }
    }
  }
  // Its names are those of the file, so it cannot be played a second time under others.
  return history(`recorded from ${title}`, { name: 'recorded' }, play, { alone: true })
}

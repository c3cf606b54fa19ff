import type { LogEvent, LogModel } from './log-model.ts'
import { afterEvent } from './log-model.ts'

/** What each log should be, by its name. */
export type Models = ReadonlyMap<string, LogModel>

/** What happened to the logs, each event with the point in the disk's history at which it did. */
export class Timeline {
  readonly #start: Models
  readonly #events: { readonly point: number; readonly name: string; readonly event: LogEvent }[] = []
  #now: Map<string, LogModel>

  constructor(start: Models) {
    this.#start = start
    this.#now = new Map(start)
  }

  get now(): Models {
    return this.#now
  }

  record(point: number, name: string, event: LogEvent): void {
    this.#events.push({ point, name, event })
    this.#now.set(name, afterEvent(this.#now.get(name)!, event))
  }

  /** The models as they were at one point after the other; the points must rise. */
  replay(): (point: number) => Models {
    const models = new Map(this.#start)
    let next = 0
    return (point) => {
      for (let event = this.#events[next]; event !== undefined && event.point <= point; event = this.#events[++next]) {
        models.set(event.name, afterEvent(models.get(event.name)!, event.event))
      }
      return new Map(models)
    }
  }
}

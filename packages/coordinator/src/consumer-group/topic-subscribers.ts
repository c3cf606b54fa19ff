/** Which groups are subscribed to a topic, so that a change of a topic touches no other group. */
export class TopicSubscribers {
  /** By topic and group id, how many subscriptions of the group there are: a name, an expression. */
  readonly #counts = new Map<string, Map<string, number>>()

  groupsOf(topic: string): Iterable<string> {
    return this.#counts.get(topic)?.keys() ?? []
  }

  add(topic: string, groupId: string, change: 1 | -1): void {
    const groups = this.#counts.get(topic) ?? new Map<string, number>()
    const count = (groups.get(groupId) ?? 0) + change
    if (count > 0) {
      groups.set(groupId, count)
      this.#counts.set(topic, groups)
      return
    }
    groups.delete(groupId)
    if (groups.size === 0) this.#counts.delete(topic)
  }
}

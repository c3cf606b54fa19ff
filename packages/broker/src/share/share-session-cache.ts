/** All share sessions of a broker, a bounded number (`group.share.max.share.sessions`). None gives way to another. */
import { ShareSession } from './share-session.ts'
import type { ShareSessionKey } from './share-session.ts'

export class ShareSessionCache {
  readonly #maxSessions: number
  /** By group, then by member. */
  readonly #groups = new Map<string, Map<string, ShareSession>>()
  #size = 0

  constructor(maxSessions: number) {
    this.#maxSessions = maxSessions
  }

  get size(): number {
    return this.#size
  }

  get({ groupId, memberId }: ShareSessionKey): ShareSession | undefined {
    return this.#groups.get(groupId)?.get(memberId)
  }

  hasGroup(groupId: string): boolean {
    return this.#groups.has(groupId)
  }

  /** Undefined when there is no room. */
  create(key: ShareSessionKey): ShareSession | undefined {
    this.remove(key)
    if (this.#size >= this.#maxSessions) return undefined
    const session = new ShareSession(key)
    const members = this.#groups.get(key.groupId) ?? new Map<string, ShareSession>()
    this.#groups.set(key.groupId, members.set(key.memberId, session))
    this.#size++
    return session
  }

  remove({ groupId, memberId }: ShareSessionKey): ShareSession | undefined {
    const members = this.#groups.get(groupId)
    const session = members?.get(memberId)
    if (members === undefined || session === undefined) return undefined
    members.delete(memberId)
    if (members.size === 0) this.#groups.delete(groupId)
    this.#size--
    return session
  }
}

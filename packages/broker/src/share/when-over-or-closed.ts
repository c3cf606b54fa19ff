/** Nothing but time. */
import type { Clock } from '@milena/runtime'
import type { RequestConnection } from '../request/handler.ts'

/** Resolves after `delayMs`, or when there is nobody left to wait for. */
export function whenOverOrClosed(
  delayMs: number,
  clock: Clock,
  connection: Pick<RequestConnection, 'onClose'>,
): Promise<void> {
  return new Promise((resolve) => {
    let stopListening: (() => void) | undefined
    const timer = clock.setTimer(delayMs, () => {
      stopListening?.()
      resolve()
    })
    stopListening = connection.onClose(() => {
      timer.cancel()
      resolve()
    })
  })
}

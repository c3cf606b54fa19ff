import type { ClientContext, RequestClient } from '@milena/coordinator'
import { Errors } from '@milena/protocol/messages'
import { ApiError } from '../request/api-error.ts'
import type { RequestContext } from '../request/handler.ts'

/** Who asks, as a coordinator may know it: the address in Java's way, which the records and the tools show. */
export function clientContext({ clientId, connection, apiVersion }: RequestContext): ClientContext {
  return { clientId: clientId ?? '', clientHost: `/${connection.remoteHost}`, apiVersion }
}

/**
 * For requests that may wait long, such as a join: the coordinator forgets whoever hangs up, so that clients that give
 * up and come again do not pile up. The member itself stays until its session ends, as in Kafka.
 */
export async function untilHangUp<Response>(
  context: RequestContext,
  ask: (client: RequestClient) => Promise<Response>,
): Promise<Response> {
  const abort = new AbortController()
  const stopListening = context.connection.onClose(() => abort.abort(new ApiError(Errors.NETWORK_EXCEPTION)))
  try {
    return await ask({ ...clientContext(context), signal: abort.signal })
  } finally {
    stopListening()
  }
}

/**
 * From a frame to its answer: header, handler table, body, handler, response, encoded.
 *
 * As Kafka, it closes the connection where it cannot read what is asked (unknown key or version, a header or body that
 * does not decode), and says why in one log line. A handler that throws never takes the broker with it: its request is
 * answered with the error, or, where the response has no place for one, the connection is closed.
 */
import { apiByKey, decodeRequestHeader, decodeWithEnd, Errors, encodeResponseFrame } from '@milena/protocol'
import type { Logger } from '@milena/runtime'
import type { BrokerServices } from '../broker-services.ts'
import { ApiError, errorBody, isUnexpected, toApiError } from './api-error.ts'
import { ANONYMOUS, CLOSE_CONNECTION, InFlight, NO_RESPONSE } from './handler.ts'
import type { Handler, HandlerResult, RequestConnection, RequestContext } from './handler.ts'
import { serves } from './handler-table.ts'
import { MAX_ELEMENTS } from './request-limits.ts'
import type { Answer } from './request-queue.ts'
import type { RequestThrottle } from './request-throttle.ts'

/** A body whose message is known only at run time; the handler that made it was checked against its own. */
type Body = Readonly<Record<string, unknown>>

/** A request under way. */
interface Work {
  readonly handler: Handler
  readonly request: object
  readonly context: RequestContext
}

export interface RequestProcessorOptions {
  readonly services: BrokerServices
  readonly throttle: RequestThrottle
  readonly logger: Logger
}

export class RequestProcessor {
  readonly #services: BrokerServices
  readonly #throttle: RequestThrottle
  readonly #logger: Logger

  constructor({ services, throttle, logger }: RequestProcessorOptions) {
    this.#services = services
    this.#throttle = throttle
    this.#logger = logger
  }

  isPipelined(frame: Buffer): boolean {
    return frame.length >= 2 && this.#services.handlers.get(frame.readInt16BE(0))?.isPipelined === true
  }

  process(
    frame: Buffer,
    connection: RequestConnection,
    receivedMs: number,
  ): Answer | Promise<Answer> | InFlight<readonly Uint8Array[]> {
    let header: ReturnType<typeof decodeRequestHeader>
    try {
      header = decodeRequestHeader(frame)
    } catch (error) {
      return this.#refuse(connection, 'malformed-header', 'its request header cannot be read', { error: textOf(error) })
    }
    const { apiKey, apiVersion, correlationId, clientId, bodyOffset } = header
    const handler = this.#services.handlers.get(apiKey)
    if (handler === undefined) {
      const name = apiByKey(apiKey)?.name
      return this.#refuse(connection, 'unserved-key', 'it uses an API that is not served here', { apiKey, name })
    }
    const services = this.#services
    const context: RequestContext = {
      apiKey,
      apiVersion,
      correlationId,
      clientId,
      principal: ANONYMOUS,
      connection,
      receivedMs,
      time: this.#throttle.newTime(),
      sizeInBytes: frame.length,
      services,
    }
    if (!serves(handler.versions, apiVersion)) {
      if (handler.unsupportedVersion !== undefined) {
        return encodeResponseFrame(handler.response, 0, correlationId, handler.unsupportedVersion(context) as Body)
      }
      return this.#refuse(connection, `version-${apiKey}`, `it uses version ${apiVersion} of ${handler.name}`, {
        served: `${handler.versions.min}-${handler.versions.max}`,
      })
    }
    const maxElements = Math.max(MAX_ELEMENTS, handler.maxElements)
    let request: object
    let elements: number
    try {
      ;({ value: request, elements } = decodeWithEnd(handler.request, apiVersion, frame, bodyOffset, maxElements))
    } catch (error) {
      const details = { apiVersion, error: textOf(error) }
      return this.#refuse(connection, `malformed-${apiKey}`, `its ${handler.name} request cannot be read`, details)
    }
    const work = { handler, request, context }
    return elements > handler.maxElements ? this.#fail(tooLarge(handler, elements), work) : this.#handle(work)
  }

  #handle(work: Work): Answer | Promise<Answer> | InFlight<readonly Uint8Array[]> {
    try {
      const result = this.#measured(work)
      if (result instanceof InFlight) return new InFlight(this.#settle(result.response, work), result.dispatched)
      if (result instanceof Promise) return this.#settle(result, work)
      return this.#encode(result, work)
    } catch (error) {
      return this.#fail(error, work)
    }
  }

  #measured(work: Work): ReturnType<Handler['handle']> {
    const { handler, request, context } = work
    if (context.time === undefined) return handler.handle(request as never, context)
    try {
      return handler.handle(request as never, context)
    } finally {
      context.time.stop()
    }
  }

  #settle(result: Promise<HandlerResult<object>>, work: Work): Promise<Answer> {
    return result.then(
      (response) => this.#encode(response, work),
      (error: unknown) => this.#fail(error, work),
    )
  }

  #encode(result: HandlerResult<object>, work: Work): Answer {
    if (result === NO_RESPONSE || result === CLOSE_CONNECTION) return result
    try {
      return this.#frame(result as Body, work)
    } catch (error) {
      return this.#fail(error, work)
    }
  }

  #frame(body: Body, { handler: { response }, context }: Work): readonly Uint8Array[] {
    const throttled = this.#throttle.apply(body, response, context)
    return encodeResponseFrame(response, context.apiVersion, context.correlationId, throttled)
  }

  /** What is answered when `cause` was thrown. */
  #fail(cause: unknown, work: Work): Answer {
    const { handler, request, context } = work
    const error = toApiError(cause)
    const { apiVersion } = context
    if (isUnexpected(error)) {
      this.#logger
        .limited(`failed-${handler.apiKey}`)
        .error(`${handler.name} failed`, { apiVersion, clientId: context.clientId, error: cause })
    }
    try {
      const response =
        handler.errorResponse?.(error, request as never, context) ?? errorBody(handler.response, apiVersion, error)
      if (response === undefined || response === CLOSE_CONNECTION) return CLOSE_CONNECTION
      if (response === NO_RESPONSE) return NO_RESPONSE
      return this.#frame(response as Body, work)
    } catch (second) {
      this.#logger
        .limited(`unanswerable-${handler.apiKey}`)
        .error(`The failure of ${handler.name} cannot be answered: closing the connection`, { error: second })
      return CLOSE_CONNECTION
    }
  }

  #refuse(connection: RequestConnection, key: string, reason: string, details: object): typeof CLOSE_CONNECTION {
    const peer = `${connection.remoteHost}:${connection.remotePort}`
    this.#logger.limited(`refused-${key}`).warn(`Closing the connection of a client: ${reason}`, { peer, ...details })
    return CLOSE_CONNECTION
  }
}

function tooLarge({ maxElements }: Handler, elements: number): ApiError {
  return new ApiError(Errors.INVALID_REQUEST, `The request names ${elements} things, of ${maxElements} that it may.`)
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

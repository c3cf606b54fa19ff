/**
 * A handler is a value: which API, which versions, and one function from a decoded request to a response. Everything
 * a handler may use reaches it through its `RequestContext`; a handler keeps no state of its own.
 *
 * ```ts
 * export const heartbeat = handler(HeartbeatRequest, HeartbeatResponse, {
 *   versions: { min: 0, max: 4 },
 *   handle: (request, { services, ...context }) => services.groups.heartbeat(request, context),
 * })
 * ```
 */
import type { Infer, Input, Message } from '@milena/protocol/messages'
import type { BrokerServices } from '../broker-services.ts'
import type { ApiError } from './api-error.ts'
import { MAX_ELEMENTS } from './request-limits.ts'
import type { RequestTime } from './request-time.ts'

/** What a handler may know of the connection that a request came by. */
export interface RequestConnection {
  /** Unique for the life of the process, for log lines. */
  readonly id: string
  /** The listener's name, `PLAINTEXT` unless configured otherwise. */
  readonly listenerName: string
  /** The peer's address as a literal; IPv4 that came through an IPv6 socket is shown as IPv4. */
  readonly remoteHost: string
  readonly remotePort: number
  /** The address and port that this client dialled. */
  readonly localAddress: string
  readonly localPort: number
  /** Where this client is told to find this broker: what is configured, else what it dialled. */
  readonly advertised: { readonly host: string; readonly port: number }
  /** True once the peer is gone: what would be answered has no reader any more. */
  readonly isClosed: boolean
  /**
   * Reads nothing further from this client for so many milliseconds, because it is over a quota (KIP-219). What it is
   * answered leaves at once.
   */
  throttle(durationMs: number): void
  /**
   * Calls `listener` once when it is no use to wait any longer: the connection closes, or the broker stops (at once when
   * that is so already). Returns how to stop listening.
   */
  onClose(listener: () => void): () => void
  /** Set by ApiVersions (KIP-511), empty until then. */
  clientSoftware: { readonly name: string; readonly version: string }
}

/** Who asks. Until listeners authenticate (SASL, TLS) everybody is `User:ANONYMOUS`. */
export interface Principal {
  readonly type: string
  readonly name: string
}

export const ANONYMOUS: Principal = { type: 'User', name: 'ANONYMOUS' }

export interface RequestContext {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
  readonly principal: Principal
  readonly connection: RequestConnection
  /** Monotonic, when the whole frame had arrived: what a request's own timeouts count from. */
  readonly receivedMs: number
  /** How long it holds up the loop; undefined where nobody has a quota of that. */
  readonly time: RequestTime | undefined
  /** Of the whole request, without the four bytes of its length. */
  readonly sizeInBytes: number
  readonly services: BrokerServices
}

/** The request gets no answer (Produce with acks=0); the connection goes on. */
export const NO_RESPONSE: unique symbol = Symbol('no response')
/** The request gets no answer and the connection is closed, as Kafka does where a response cannot carry the error. */
export const CLOSE_CONNECTION: unique symbol = Symbol('close connection')

export type HandlerResult<Response> = Response | typeof NO_RESPONSE | typeof CLOSE_CONNECTION

/**
 * The answer of a handler that does its work in two steps: first what must happen in order of arrival (a log append),
 * then the waiting (for a disk). The connection's next request may begin once `dispatched` is through.
 */
export class InFlight<Response> {
  /** Undefined when the ordered step is already done. */
  readonly dispatched: Promise<void> | undefined
  readonly response: Promise<HandlerResult<Response>>

  constructor(response: Promise<HandlerResult<Response>>, dispatched?: Promise<void>) {
    this.response = response
    this.dispatched = dispatched
  }
}

export interface VersionRange {
  readonly min: number
  readonly max: number
}

export interface HandlerOptions<Request, Response> {
  /** The versions that are served. */
  readonly versions: VersionRange
  /** What ApiVersions says, where Kafka says more than it serves (Produce from 0: KAFKA-18659). */
  readonly advertised?: VersionRange
  /**
   * Requests of this API on one connection may be in flight together: `handle` returns an `InFlight`, or does its
   * ordered step before it first waits.
   */
  readonly isPipelined?: boolean
  /**
   * How many elements the arrays of one request may have together, where that is not what all requests are bounded by
   * (`request-limits.ts`). Fewer: it is decided as a whole and nobody else has a turn meanwhile; a request with more is
   * refused with INVALID_REQUEST. More: its elements are small.
   */
  readonly maxElements?: number
  /** Served before a client has authenticated. Only ApiVersions and the SASL pair are. */
  readonly beforeAuthentication?: boolean
  /** Answered although the version is unknown: only ApiVersions does (KIP-511). */
  readonly unsupportedVersion?: (context: RequestContext) => Response
  readonly handle: (
    request: Request,
    context: RequestContext,
  ) => HandlerResult<Response> | Promise<HandlerResult<Response>> | InFlight<Response>
  /**
   * The response when the request as a whole fails: `handle` threw an `ApiError`, or anything else, which arrives here
   * as UNKNOWN_SERVER_ERROR. To be given by every API whose response has no error code at its top; the others get
   * theirs (and their `errorMessage`) filled in.
   */
  readonly errorResponse?: (error: ApiError, request: Request, context: RequestContext) => HandlerResult<Response>
}

/** A handler with its types forgotten, as the handler table and the request pipeline see it. */
export interface Handler {
  readonly apiKey: number
  readonly name: string
  readonly request: Message
  readonly response: Message
  readonly versions: VersionRange
  readonly advertised: VersionRange
  readonly isPipelined: boolean
  readonly maxElements: number
  readonly beforeAuthentication: boolean
  readonly unsupportedVersion: ((context: RequestContext) => object) | undefined
  readonly handle: (
    request: never,
    context: RequestContext,
  ) => HandlerResult<object> | Promise<HandlerResult<object>> | InFlight<object>
  readonly errorResponse:
    | ((error: ApiError, request: never, context: RequestContext) => HandlerResult<object>)
    | undefined
}

export function handler<Req extends Message, Res extends Message>(
  request: Req,
  response: Res,
  options: HandlerOptions<Infer<Req>, Input<Res> & object>,
): Handler {
  return {
    apiKey: request.apiKey,
    name: request.name.replace(/Request$/, ''),
    request,
    response,
    versions: options.versions,
    advertised: options.advertised ?? options.versions,
    isPipelined: options.isPipelined ?? false,
    maxElements: options.maxElements ?? MAX_ELEMENTS,
    beforeAuthentication: options.beforeAuthentication ?? false,
    unsupportedVersion: options.unsupportedVersion,
    handle: options.handle,
    errorResponse: options.errorResponse,
  }
}

/**
 * SaslHandshake (key 17): which mechanism a client wants to log in with. On a listener without SASL nobody logs in:
 * ILLEGAL_SASL_STATE, and no mechanisms.
 *
 * Versions: 0 raw tokens follow, 1 SaslAuthenticate requests (KIP-152).
 */
import { Errors, SaslHandshakeRequest, SaslHandshakeResponse } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'

export const saslHandshake = handler(SaslHandshakeRequest, SaslHandshakeResponse, {
  versions: { min: 0, max: 1 },
  handle: () => ({ errorCode: Errors.ILLEGAL_SASL_STATE.code, mechanisms: [] }),
})

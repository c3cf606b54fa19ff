/**
 * SaslAuthenticate (key 36): one step of a login. On a listener without SASL every client is let in as it comes, so
 * there is nothing left to log in to: ILLEGAL_SASL_STATE.
 *
 * Versions: 1 how long the login lasts (KIP-368); 2 flexible.
 */
import { Errors, SaslAuthenticateRequest, SaslAuthenticateResponse } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'

export const saslAuthenticate = handler(SaslAuthenticateRequest, SaslAuthenticateResponse, {
  versions: { min: 0, max: 2 },
  handle: () => ({
    errorCode: Errors.ILLEGAL_SASL_STATE.code,
    errorMessage: 'SaslAuthenticate request received after successful authentication',
    authBytes: new Uint8Array(0),
    sessionLifetimeMs: 0,
  }),
})

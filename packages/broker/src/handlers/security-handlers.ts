import type { Handler } from '../request/handler.ts'
import { alterUserScramCredentials } from './alter-user-scram-credentials.ts'
import { createAcls } from './create-acls.ts'
import { deleteAcls } from './delete-acls.ts'
import { describeAcls } from './describe-acls.ts'
import { describeUserScramCredentials } from './describe-user-scram-credentials.ts'
import { saslAuthenticate } from './sasl-authenticate.ts'
import { saslHandshake } from './sasl-handshake.ts'

/** What concerns users and rights, answered as a broker answers that lets everybody in and has no authorizer. */
export const securityHandlers: readonly Handler[] = [
  alterUserScramCredentials,
  createAcls,
  deleteAcls,
  describeAcls,
  describeUserScramCredentials,
  saslAuthenticate,
  saslHandshake,
]

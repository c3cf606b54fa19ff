import { className, long, password, string } from '../config-def.ts'
import { atLeast } from '../config-validator.ts'

/** Authorization, principals, delegation tokens. */
export const securityConfigs = {
  'authorizer.class.name': string(
    '',
    'The class that decides who may do what; empty lets everyone do everything, and nothing else is offered yet.',
    {
      importance: 'low',
    },
  ),
  'principal.builder.class': className(
    'org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder',
    "The class that turns a connection's identity into a principal.",
    { updateMode: 'per-broker' },
  ),
  'security.providers': string(null, 'Java security providers; only accepted.', { importance: 'low' }),
  'delegation.token.secret.key': password(null, 'The secret that signs delegation tokens; without it there are none.'),
  'delegation.token.max.lifetime.ms': long(604_800_000, 'After how long a delegation token can no longer be renewed.', {
    valid: atLeast(1),
  }),
  'delegation.token.expiry.time.ms': long(86_400_000, 'After how long without renewal a delegation token expires.', {
    valid: atLeast(1),
  }),
  'delegation.token.expiry.check.interval.ms': long(3_600_000, 'How often delegation tokens are checked for expiry.', {
    valid: atLeast(1),
    importance: 'low',
  }),
}

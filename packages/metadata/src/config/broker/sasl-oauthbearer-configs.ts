import { boolean, className, int, list, long, password, string } from '../config-def.ts'
import { between, oneOfIgnoringCase } from '../config-validator.ts'

/** SASL/OAUTHBEARER. */
export const saslOauthbearerConfigs = {
  'sasl.oauthbearer.assertion.algorithm': string('RS256', 'The algorithm that signs assertions.', {
    valid: oneOfIgnoringCase('ES256', 'RS256'),
  }),
  'sasl.oauthbearer.assertion.claim.aud': string(null, 'The audience that assertions claim.'),
  'sasl.oauthbearer.assertion.claim.exp.seconds': int(300, 'How many seconds assertions are valid.', {
    valid: between(0, 86_400),
    importance: 'low',
  }),
  'sasl.oauthbearer.assertion.claim.iss': string(null, 'The issuer that assertions claim.'),
  'sasl.oauthbearer.assertion.claim.jti.include': boolean(false, 'Whether assertions carry an id of their own.'),
  'sasl.oauthbearer.assertion.claim.nbf.seconds': int(60, 'How many seconds before now assertions start to be valid.', {
    valid: between(0, 3600),
    importance: 'low',
  }),
  'sasl.oauthbearer.assertion.claim.sub': string(null, 'The subject that assertions claim.'),
  'sasl.oauthbearer.assertion.file': string(null, 'A file with a ready-made assertion.'),
  'sasl.oauthbearer.assertion.private.key.file': string(null, 'The file of the private key that signs assertions.'),
  'sasl.oauthbearer.assertion.private.key.passphrase': password(
    null,
    'The passphrase of the private key that signs assertions.',
  ),
  'sasl.oauthbearer.assertion.template.file': string(null, 'A file with headers and claims for assertions.'),
  'sasl.oauthbearer.client.credentials.client.id': string(null, 'The client id for the client credentials grant.'),
  'sasl.oauthbearer.client.credentials.client.secret': password(
    null,
    'The client secret for the client credentials grant.',
  ),
  'sasl.oauthbearer.clock.skew.seconds': int(
    30,
    'How far the clocks of broker and authentication provider may differ.',
    { importance: 'low' },
  ),
  'sasl.oauthbearer.expected.audience': list([], 'The audiences of which a token must name one.', {
    importance: 'high',
  }),
  'sasl.oauthbearer.expected.issuer': string(null, 'The issuer that a token must name.', { importance: 'high' }),
  'sasl.oauthbearer.jwks.endpoint.refresh.ms': long(3_600_000, "How often the provider's keys are fetched again.", {
    importance: 'low',
  }),
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.ms': long(
    100,
    "The first wait before the provider's keys are tried again.",
    { importance: 'low' },
  ),
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms': long(
    10_000,
    "The longest wait before the provider's keys are tried again.",
    { importance: 'low' },
  ),
  'sasl.oauthbearer.jwks.endpoint.url': string(null, "Where the provider's keys are found."),
  'sasl.oauthbearer.jwt.retriever.class': className(
    'org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever',
    'A Java class that fetches tokens; only accepted.',
  ),
  'sasl.oauthbearer.jwt.validator.class': className(
    'org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator',
    'A Java class that checks tokens; only accepted.',
  ),
  'sasl.oauthbearer.scope': string(null, 'The scope that is asked for.'),
  'sasl.oauthbearer.scope.claim.name': string('scope', 'The claim that holds the scope.', { importance: 'low' }),
  'sasl.oauthbearer.sub.claim.name': string('sub', 'The claim that holds the subject.', { importance: 'low' }),
  'sasl.oauthbearer.token.endpoint.url': string(null, 'Where tokens are fetched.'),
}

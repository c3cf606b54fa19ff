import { boolean, className, list, password, string } from '../config-def.ts'
import { oneOf } from '../config-validator.ts'

/** TLS. */
export const sslConfigs = {
  'ssl.protocol': string('TLSv1.3', 'The version of TLS to make contexts with.', { updateMode: 'per-broker' }),
  'ssl.provider': string(null, 'The Java security provider for TLS; only accepted.', { updateMode: 'per-broker' }),
  'ssl.cipher.suites': list(
    [],
    'The cipher suites that may be negotiated; empty allows all that the platform offers.',
    { updateMode: 'per-broker' },
  ),
  'ssl.enabled.protocols': list(['TLSv1.2', 'TLSv1.3'], 'The versions of TLS that may be negotiated.', {
    updateMode: 'per-broker',
  }),
  'ssl.keystore.type': string('JKS', 'The format of the key store.', { updateMode: 'per-broker' }),
  'ssl.keystore.location': string(null, 'The file of the key store.', { updateMode: 'per-broker' }),
  'ssl.keystore.password': password(null, 'The password of the key store.', { updateMode: 'per-broker' }),
  'ssl.keystore.key': password(null, 'The private key in PEM, instead of a file.', { updateMode: 'per-broker' }),
  'ssl.keystore.certificate.chain': password(null, 'The certificate chain in PEM, instead of a file.', {
    updateMode: 'per-broker',
  }),
  'ssl.key.password': password(null, 'The password of the private key.', { updateMode: 'per-broker' }),
  'ssl.truststore.type': string('JKS', 'The format of the trust store.', { updateMode: 'per-broker' }),
  'ssl.truststore.location': string(null, 'The file of the trust store.', { updateMode: 'per-broker' }),
  'ssl.truststore.password': password(null, 'The password of the trust store.', { updateMode: 'per-broker' }),
  'ssl.truststore.certificates': password(null, 'The trusted certificates in PEM, instead of a file.', {
    updateMode: 'per-broker',
  }),
  'ssl.keymanager.algorithm': string('SunX509', "The algorithm of Java's key managers; only accepted.", {
    updateMode: 'per-broker',
  }),
  'ssl.trustmanager.algorithm': string('PKIX', "The algorithm of Java's trust managers; only accepted.", {
    updateMode: 'per-broker',
  }),
  'ssl.endpoint.identification.algorithm': string(
    'https',
    "How a server's name is checked against its certificate; empty does not check it.",
    { importance: 'low', updateMode: 'per-broker' },
  ),
  'ssl.secure.random.implementation': string(null, "Java's source of random numbers for TLS; only accepted.", {
    importance: 'low',
    updateMode: 'per-broker',
  }),
  'ssl.engine.factory.class': className(null, 'A Java class that makes TLS engines; only accepted.', {
    importance: 'low',
    updateMode: 'per-broker',
  }),
  'ssl.client.auth': string('none', 'Whether clients must show a certificate: required, requested or none.', {
    valid: oneOf('required', 'requested', 'none'),
    updateMode: 'per-broker',
  }),
  'ssl.principal.mapping.rules': string(
    'DEFAULT',
    "Rules that turn a certificate's distinguished name into a short name.",
    { importance: 'low' },
  ),
  'ssl.allow.dn.changes': boolean(false, 'Whether a replaced certificate may have another distinguished name.', {
    importance: 'low',
  }),
  'ssl.allow.san.changes': boolean(false, 'Whether a replaced certificate may have other alternative names.', {
    importance: 'low',
  }),
}

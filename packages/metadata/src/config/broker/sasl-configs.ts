import { className, double, int, list, long, password, short, string } from '../config-def.ts'

/** SASL. */
export const saslConfigs = {
  'sasl.enabled.mechanisms': list(['GSSAPI'], 'The SASL mechanisms that clients may use.', {
    updateMode: 'per-broker',
  }),
  'sasl.mechanism.inter.broker.protocol': string('GSSAPI', 'The SASL mechanism between brokers.', {
    updateMode: 'per-broker',
  }),
  'sasl.mechanism.controller.protocol': string('GSSAPI', 'The SASL mechanism towards controllers.', {
    importance: 'high',
  }),
  'sasl.jaas.config': password(null, 'The login settings of a SASL mechanism in JAAS form.', {
    updateMode: 'per-broker',
  }),
  'sasl.client.callback.handler.class': className(
    null,
    "A Java class that answers a SASL client's callbacks; only accepted.",
  ),
  'sasl.server.callback.handler.class': className(
    null,
    "A Java class that answers a SASL server's callbacks; only accepted.",
  ),
  'sasl.login.class': className(null, 'A Java class that logs in; only accepted.'),
  'sasl.login.callback.handler.class': className(null, "A Java class that answers a login's callbacks; only accepted."),
  'sasl.login.connect.timeout.ms': int(null, 'How long a connection to the authentication provider may take.', {
    importance: 'low',
  }),
  'sasl.login.read.timeout.ms': int(null, 'How long an answer of the authentication provider may take.', {
    importance: 'low',
  }),
  'sasl.login.retry.backoff.ms': long(100, 'The first wait before a login is tried again.', { importance: 'low' }),
  'sasl.login.retry.backoff.max.ms': long(10_000, 'The longest wait before a login is tried again.', {
    importance: 'low',
  }),
  'sasl.login.refresh.window.factor': double(0.8, "At which share of a credential's lifetime it is refreshed.", {
    updateMode: 'per-broker',
  }),
  'sasl.login.refresh.window.jitter': double(0.05, "By which share of a credential's lifetime the refresh varies.", {
    updateMode: 'per-broker',
  }),
  'sasl.login.refresh.min.period.seconds': short(60, 'How long a credential is kept at least before it is refreshed.', {
    updateMode: 'per-broker',
  }),
  'sasl.login.refresh.buffer.seconds': short(300, 'How long before its end a credential is refreshed at the latest.', {
    updateMode: 'per-broker',
  }),
  'sasl.server.max.receive.size': int(524_288, 'The most bytes of a message before a client is authenticated.'),
  'sasl.kerberos.service.name': string(null, 'The Kerberos name of the brokers.', { updateMode: 'per-broker' }),
  'sasl.kerberos.kinit.cmd': string('/usr/bin/kinit', 'The command that gets Kerberos tickets.', {
    updateMode: 'per-broker',
  }),
  'sasl.kerberos.ticket.renew.window.factor': double(0.8, "At which share of a ticket's lifetime it is renewed.", {
    updateMode: 'per-broker',
  }),
  'sasl.kerberos.ticket.renew.jitter': double(0.05, "By which share of a ticket's lifetime the renewal varies.", {
    updateMode: 'per-broker',
  }),
  'sasl.kerberos.min.time.before.relogin': long(60_000, 'How long to wait between two attempts to renew.', {
    updateMode: 'per-broker',
  }),
  'sasl.kerberos.principal.to.local.rules': list(
    ['DEFAULT'],
    'Rules that turn a Kerberos principal into a short name.',
    { updateMode: 'per-broker' },
  ),
}

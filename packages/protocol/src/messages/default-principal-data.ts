import { bool, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** A principal, as brokers pass it on. */
export const DefaultPrincipalData = message({
  name: 'DefaultPrincipalData',
  kind: 'data',
  versions: '0',
  flexible: '0+',
  fields: {
    type: string('0+'),
    name: string('0+'),
    tokenAuthenticated: bool('0+', { about: 'A delegation token stood in for a password.' }),
  },
})
export type DefaultPrincipalData = Infer<typeof DefaultPrincipalData>

import { bool, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const DefaultPrincipalData = message({
  name: 'DefaultPrincipalData',
  kind: 'data',
  versions: '0',
  flexible: '0+',
  fields: {
    type: string('0+'),
    name: string('0+'),
    tokenAuthenticated: bool('0+'),
  },
})
export type DefaultPrincipalData = Infer<typeof DefaultPrincipalData>

import { int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const RequestHeader = message({
  name: 'RequestHeader',
  kind: 'header',
  versions: '1-2',
  flexible: '2+',
  fields: {
    requestApiKey: int16('0+'),
    requestApiVersion: int16('0+'),
    correlationId: int32('0+'),
    clientId: string('1+', { nullable: '1+', flexible: 'none' }),
  },
})
export type RequestHeader = Infer<typeof RequestHeader>

export const ResponseHeader = message({
  name: 'ResponseHeader',
  kind: 'header',
  versions: '0-1',
  flexible: '1+',
  fields: {
    correlationId: int32('0+'),
  },
})
export type ResponseHeader = Infer<typeof ResponseHeader>

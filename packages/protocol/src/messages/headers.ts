import { int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Versions: 1 old, 2 flexible requests. Version 0 is gone. */
export const RequestHeader = message({
  name: 'RequestHeader',
  kind: 'header',
  versions: '1-2',
  flexible: '2+',
  fields: {
    requestApiKey: int16('0+'),
    requestApiVersion: int16('0+'),
    correlationId: int32('0+', { about: 'Chosen by the client; comes back in the response.' }),
    clientId: string('1+', {
      nullable: '1+',
      flexible: 'none',
      about: 'In the old encoding even where all else is flexible.',
    }),
  },
})
export type RequestHeader = Infer<typeof RequestHeader>

/** Versions: 0 old, 1 flexible responses; always 0 for ApiVersions. */
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

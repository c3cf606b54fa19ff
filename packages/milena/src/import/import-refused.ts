/** The folder cannot be imported; the message is for who asked for it. */
export class ImportRefused extends Error {
  override readonly name = 'ImportRefused'
}

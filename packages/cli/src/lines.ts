import { StringDecoder } from 'node:string_decoder'

/** The lines of a stream of UTF-8, ended by \n, \r or \r\n, as Java's readers see them; those of one chunk at once. */
export async function* linesOf(input: AsyncIterable<Uint8Array | string>): AsyncIterable<readonly string[]> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let afterReturn = false
  const split = (text: string): readonly string[] => {
    // A \n that begins a chunk belongs to the \r that ended the one before.
    const fresh = afterReturn && text.startsWith('\n') ? text.slice(1) : text
    if (text !== '') afterReturn = text.endsWith('\r')
    const lines = (rest + fresh).split(/\r\n|\r|\n/)
    rest = lines.pop()!
    return lines
  }
  for await (const chunk of input) {
    yield split(
      typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)),
    )
  }
  yield split(decoder.end())
  if (rest !== '') yield [rest]
}

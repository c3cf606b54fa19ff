/**
 * Reads the topics of a consumer's embedded subscription (`ConsumerProtocolSubscription`). Every version begins as
 * version 0 does, with the topics and then the client's own data, so the coordinator never depends on a version that
 * clients invent later.
 *
 * @returns undefined when the bytes are something else.
 */
export const subscribedTopics = (bytes: Uint8Array): string[] | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 6 || view.getInt16(0) < 0) return undefined
  const count = view.getInt32(2)
  if (count < 0) return undefined
  const topics: string[] = []
  let position = 6
  for (let index = 0; index < count; index++) {
    if (position + 2 > bytes.length) return undefined
    const length = view.getInt16(position)
    position += 2
    if (length < 0 || position + length > bytes.length) return undefined
    topics.push(decodeUtf8(bytes.subarray(position, position + length)))
    position += length
  }
  const hasUserData = position + 4 <= bytes.length && view.getInt32(position) <= bytes.length - position - 4
  return hasUserData ? topics : undefined
}

/** Pure code has no TextDecoder. Topic names are ASCII; anything else only has to stay distinct. */
export const decodeUtf8 = (bytes: Uint8Array): string => {
  let text = ''
  for (let index = 0; index < bytes.length;) {
    const first = bytes[index] ?? 0
    const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
    let codePoint = length === 1 ? first : first & (0xff >> (length + 1))
    for (let next = 1; next < length; next++) codePoint = (codePoint << 6) | ((bytes[index + next] ?? 0) & 0x3f)
    text += codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : '\ufffd'
    index += length
  }
  return text
}

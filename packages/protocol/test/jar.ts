import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'

const END_OF_DIRECTORY = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50
const STORED = 0
const DEFLATED = 8

/** The files inside a jar whose names `wanted` accepts, as text by name. A jar is a zip file; no jar of Kafka needs Zip64. */
export function readJar(file: string, wanted: (name: string) => boolean): Map<string, string> {
  const zip = readFileSync(file)
  const texts = new Map<string, string>()
  for (const entry of directory(zip)) if (wanted(entry.name)) texts.set(entry.name, content(zip, entry))
  return texts
}

interface Entry {
  readonly name: string
  readonly method: number
  readonly compressedSize: number
  readonly headerOffset: number
}

function* directory(zip: Buffer): Iterable<Entry> {
  let end = zip.length - 22
  while (zip.readUInt32LE(end) !== END_OF_DIRECTORY) end--
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error(`no directory entry at ${at}`)
    const nameLength = zip.readUInt16LE(at + 28)
    yield {
      name: zip.toString('utf8', at + 46, at + 46 + nameLength),
      method: zip.readUInt16LE(at + 10),
      compressedSize: zip.readUInt32LE(at + 20),
      headerOffset: zip.readUInt32LE(at + 42),
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
}

function content(zip: Buffer, { name, method, compressedSize, headerOffset }: Entry): string {
  const start = headerOffset + 30 + zip.readUInt16LE(headerOffset + 26) + zip.readUInt16LE(headerOffset + 28)
  const bytes = zip.subarray(start, start + compressedSize)
  if (method === STORED) return bytes.toString()
  if (method === DEFLATED) return inflateRawSync(bytes).toString()
  throw new Error(`${name} is compressed by method ${method}`)
}

import type { Message } from '../schema/message.ts'
import { compileReader, compileWriter } from './compiled/compile.ts'
import { interpretedReader, interpretedWriter } from './interpreter/interpreted-codec.ts'
import { layoutOf, type StructLayout } from './layout.ts'
import type { MessageReader, MessageWriter } from './message-codec.ts'

interface Codecs {
  readonly readers: MessageReader[]
  readonly writers: MessageWriter[]
}

const codecs = new WeakMap<Message, Codecs>()

function codecsOf(message: Message): Codecs {
  let each = codecs.get(message)
  if (each === undefined) {
    each = { readers: [], writers: [] }
    codecs.set(message, each)
  }
  return each
}

/** Made on first use: a process speaks a few dozen of the many hundred pairs of message and version. */
export function readerOf(message: Message, version: number): MessageReader {
  const { readers } = codecsOf(message)
  return (readers[version] ??= make(message, version, compileReader, interpretedReader))
}

export function writerOf(message: Message, version: number): MessageWriter {
  const { writers } = codecsOf(message)
  return (writers[version] ??= make(message, version, compileWriter, interpretedWriter))
}

function make<T>(
  message: Message,
  version: number,
  compile: (name: string, struct: StructLayout) => T,
  interpret: (struct: StructLayout) => T,
): T {
  const layout = layoutOf(message, version)
  try {
    return compile(`${message.name}-v${version}`, layout)
  } catch (error) {
    if (error instanceof EvalError) return interpret(layout)
    throw error
  }
}

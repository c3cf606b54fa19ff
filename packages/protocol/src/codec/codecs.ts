import type { Message } from '../schema/message.ts'
import { compileReader, compileWriter } from './compiled/compile.ts'
import { interpretedReader, interpretedWriter } from './interpreter/interpreted-codec.ts'
import { layoutOf } from './layout.ts'
import type { MessageReader, MessageWriter } from './message-codec.ts'

/**
 * Much of what a process says it says once or twice, above all while it starts, and to interpret that costs less than
 * to compile it. What comes again is compiled.
 */
const USES_BEFORE_COMPILING = 2
/** Of so many bytes there is enough to repeat within one message. */
const LARGE_BYTES = 16_384

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

export function readerOf(message: Message, version: number): MessageReader {
  const { readers } = codecsOf(message)
  return (readers[version] ??= firstReader(message, version, readers))
}

export function writerOf(message: Message, version: number): MessageWriter {
  const { writers } = codecsOf(message)
  return (writers[version] ??= firstWriter(message, version, writers))
}

/** Interprets, and puts the compiled reader into its own place when that is worth it. */
function firstReader(message: Message, version: number, readers: MessageReader[]): MessageReader {
  const layout = layoutOf(message, version)
  const interpreted = interpretedReader(layout)
  let uses = 0
  return (b, p, e) => {
    if (uses++ < USES_BEFORE_COMPILING && e - p < LARGE_BYTES) return interpreted(b, p, e)
    readers[version] = unlessForbidden(() => compileReader(`${message.name}-v${version}`, layout), interpreted)
    return readers[version](b, p, e)
  }
}

/** Interprets, and puts the compiled writer into its own place when that is worth it. */
function firstWriter(message: Message, version: number, writers: MessageWriter[]): MessageWriter {
  const layout = layoutOf(message, version)
  const interpreted = interpretedWriter(layout)
  let writer = interpreted
  let uses = 0
  return {
    size(value) {
      if (uses++ === USES_BEFORE_COMPILING) {
        writer = unlessForbidden(() => compileWriter(`${message.name}-v${version}`, layout), interpreted)
        writers[version] = writer
      }
      return writer.size(value)
    },
    write: (value, b, p) => writer.write(value, b, p),
  }
}

/** Node can be told not to make code from strings. */
function unlessForbidden<T>(compile: () => T, otherwise: T): T {
  try {
    return compile()
  } catch (error) {
    if (error instanceof EvalError) return otherwise
    throw error
  }
}

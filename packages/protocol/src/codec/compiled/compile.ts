import type { StructLayout } from '../layout.ts'
import type { MessageReader, MessageWriter } from '../message-codec.ts'
import { emitReader } from './emit-reader.ts'
import { emitWriter } from './emit-writer.ts'
import { readSupport } from './read-support.ts'
import { writeSupport } from './write-support.ts'

/** Where code must not be generated from strings, this throws an EvalError. */
export function compileReader(name: string, struct: StructLayout): MessageReader {
  const source = `return function (b, p, e) {\n${emitReader(struct)}\n}`
  return instantiate(`${name}-read`, readSupport, source) as MessageReader
}

export function compileWriter(name: string, struct: StructLayout): MessageWriter {
  const source = `${emitWriter(struct)}\nreturn { size, write }`
  return instantiate(`${name}-write`, writeSupport, source) as MessageWriter
}

/** The source URL makes generated code recognisable in profiles and stack traces. */
function instantiate(name: string, support: object, source: string): unknown {
  const text = `'use strict'\nconst { ${Object.keys(support).join(', ')} } = support\n${source}\n//# sourceURL=milena-codec/${name}.js`
  // The text is made from schemas alone, never from what comes over the wire.
  // oxlint-disable-next-line typescript/no-implied-eval
  return new Function('support', text)(support)
}

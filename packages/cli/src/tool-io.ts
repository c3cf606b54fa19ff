import type { Readable } from 'node:stream'

/** Somewhere to write text or bytes to; the tools wait when it is full. */
export interface Output {
  write(chunk: string | Uint8Array): boolean
  once(event: 'drain', listener: () => void): unknown
  off(event: 'drain', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** What a tool sees of the world. */
export interface ToolIo {
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** Fires when the tool shall come to an end (Ctrl-C). */
  readonly signal?: AbortSignal
}

/** A tool: reads its command line, does its work, returns the exit code. */
export interface Tool {
  run(argv: readonly string[], io: ToolIo): Promise<number>
}

export const print = (output: Output, line = ''): void => void output.write(`${line}\n`)

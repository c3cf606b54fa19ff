import { PassThrough, Readable } from 'node:stream'
import { run } from '../run.ts'

export interface Captured {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a tool with what it reads and writes in memory. */
export async function capture(tool: string, argv: readonly string[], input = ''): Promise<Captured> {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const [out, err] = [collect(stdout), collect(stderr)]
  const exitCode = await run(tool, argv, {
    stdout,
    stderr,
    stdin: Readable.from([Buffer.from(input)]),
    signal: new AbortController().signal,
  })
  stdout.end()
  stderr.end()
  return { exitCode, stdout: await out, stderr: await err }
}

async function collect(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

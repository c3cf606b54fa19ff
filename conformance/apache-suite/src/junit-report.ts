// JUnit's XML report (TEST-junit-jupiter.xml), of which only test cases matter here.
import type { Result } from './results.ts'

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function decode(text: string): string {
  return text.replaceAll(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    return entities[name] ?? whole
  })
}

const encode = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function attribute(attributes: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1]
  return value === undefined ? undefined : decode(value)
}

const firstLine = (text: string): string => text.trim().split('\n')[0]!.slice(0, 200)

function resultOf(body: string): Result {
  const failure = /<(?:failure|error)\b([^>]*)>/.exec(body)
  if (failure !== null) {
    const reason = attribute(failure[1]!, 'message') ?? attribute(failure[1]!, 'type') ?? ''
    return { status: 'failed', reason: firstLine(reason) }
  }
  const skipped = /<skipped\b[^>]*?(?:\/>|>([\s\S]*?)<\/skipped>)/.exec(body)
  if (skipped !== null) {
    const reason = firstLine(decode(skipped[1] ?? '')).replace(/^[\w.]*TestAbortedException: /, '')
    return { status: 'aborted', reason }
  }
  return { status: 'passed', reason: '' }
}

/** By the names of the tests. A disabled test counts as one that does not apply. */
export function parseReport(xml: string): Map<string, Result> {
  const text = xml.replaceAll(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, raw: string) => encode(raw))
  const results = new Map<string, Result>()
  for (const [, attributes, body] of text.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const name = attribute(attributes!, 'name')
    if (name !== undefined) results.set(name, resultOf(body ?? ''))
  }
  return results
}

// `node tools/api-page.ts` writes docs/apis.md: what is served, in which versions, and where the answers differ from
// Apache Kafka's on purpose. `npm test` refuses a page that is not what this makes.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { allHandlers } from '@milena/broker'
import { apis } from '@milena/protocol'
import { parseDifferences } from '../conformance/src/differences.ts'

const root = path.dirname(import.meta.dirname)
export const apiPage = path.join(root, 'docs', 'apis.md')

/** Why an API that Kafka's broker listener serves is not served. An API without a reason here is an error. */
const absent: Readonly<Record<string, string>> = {
  CreateDelegationToken: 'Comes with security.',
  RenewDelegationToken: 'Comes with security.',
  ExpireDelegationToken: 'Comes with security.',
  DescribeDelegationToken: 'Comes with security.',
  GetTelemetrySubscriptions: 'Kafka lists it, and can use it only with a reporter.',
  PushTelemetry: 'Kafka lists it, and can use it only with a reporter.',
  AddRaftVoter: 'There is no Raft quorum.',
  RemoveRaftVoter: 'There is no Raft quorum.',
  StreamsGroupHeartbeat: 'Comes with Streams.',
  StreamsGroupDescribe: 'Comes with Streams.',
}

const range = ({ min, max }: { readonly min: number; readonly max: number }): string =>
  min === max ? `${min}` : `${min} to ${max}`

/** Every handler is in Kafka's full range, or the page says so. */
function served(): string[] {
  return allHandlers
    .toSorted((a, b) => a.apiKey - b.apiKey)
    .map(({ apiKey, name, advertised }) => `| ${apiKey} | ${name} | ${range(advertised)} |`)
}

function notServed(): string[] {
  const keys = new Set(allHandlers.map(({ apiKey }) => apiKey))
  const missing = apis.filter(({ key, listeners }) => listeners.includes('broker') && !keys.has(key))
  return missing.map(({ key, name, stableVersions }) => {
    const reason = absent[name]
    if (reason === undefined) throw new Error(`docs/apis.md: ${name} is not served, and nothing says why`)
    return `| ${key} | ${name} | ${range(stableVersions)} | ${reason} |`
  })
}

/** The sections of conformance/differences.md in words; its patterns are for the runner. */
function differences(): string[] {
  const [, ...sections] = readFileSync(path.join(root, 'conformance/differences.md'), 'utf8').split(/\n(?=## )/)
  return sections.flatMap((section) => {
    const title = section.slice(3, section.indexOf('\n'))
    // A second pattern for one difference says `The same`; what is not served stands in the tables above.
    const items = parseDifferences(section)
      .filter(({ pattern, reason }) => !reason.startsWith('The same') && !pattern.startsWith('ApiVersions'))
      .map(({ pattern, reason }) => `- ${pattern.split(/ \| | when /)[0]}: ${reason}`)
    return items.length === 0 ? [] : [`### ${title}`, '', ...new Set(items), '']
  })
}

export function makeApiPage(): string {
  return [
    '# APIs',
    '',
    'Made from the code by `node tools/api-page.ts`. What ApiVersions advertises is computed from the same table.',
    '',
    '| key | API | versions |',
    '| --- | --- | --- |',
    ...served(),
    '',
    "## Not served, although Apache Kafka's broker listener serves them",
    '',
    '| key | API | versions in Kafka | why |',
    '| --- | --- | --- | --- |',
    ...notServed(),
    '',
    '## Known differences',
    '',
    'Answers that are not those of Apache Kafka 4.3.1, and are meant ([conformance](../conformance/README.md) compares the two and accepts only these).',
    '',
    ...differences(),
  ].join('\n')
}

/** Tables are laid out by the formatter; the comparison does not depend on it. */
export const withoutLayout = (text: string): string => text.replaceAll(/[ -]+/g, ' ').trim()

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(apiPage, makeApiPage())

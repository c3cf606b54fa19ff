// The house rules that a program can check (STYLE.md has all of them, with their reasons). A limit that a
// file cannot keep stands in tidy-exemptions.json with a reason and a number, and that number only falls.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/** Packages from the bottom up: each imports only those before it. */
const layers = [
  'protocol',
  'records',
  'runtime',
  'storage',
  'client',
  'coordinator',
  'metadata',
  'broker',
  'cli',
  'simulation',
  'milena',
]
/** Beyond the order: what a package must not know, although it stands lower. */
const unknownTo: Record<string, readonly string[]> = {
  runtime: ['protocol', 'records'],
  client: ['storage'],
  coordinator: ['records', 'storage', 'client'],
  metadata: ['client', 'coordinator'],
  cli: ['coordinator', 'metadata', 'broker'],
}
/** Beside its front door a package may have one for what few need: every message, or a suite for all implementations. */
const secondEntries = new Set(['protocol/messages', 'runtime/testing'])
const limits = { source: 500, test: 800 }

interface Exemption {
  readonly file: string
  readonly lines: number
  readonly reason: string
}

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  .toString()
  .split('\n')
  .filter((file) => file !== '' && existsSync(path.join(root, file)))
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const sources = files.filter((file) => /\.(ts|mjs|js)$/.test(file) && !file.includes('testdata/'))
const exemptions = JSON.parse(read('tools/tidy-exemptions.json')) as readonly Exemption[]
const isTest = (file: string): boolean => /\.test\.ts$|\/testing\//.test(file)
const packageOf = (file: string): string | undefined => /^packages\/([^/]+)\//.exec(file)?.[1]

function none(complaints: readonly string[]): void {
  assert.deepEqual(complaints, [])
}

describe('layers', () => {
  test('a package imports only packages below it, and only by their front door', () => {
    const complaints: string[] = []
    for (const file of sources) {
      const name = packageOf(file)
      if (name === undefined) continue
      for (const [, specifier] of read(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
        const target = specifier!.startsWith('@milena/') ? specifier!.slice('@milena/'.length) : undefined
        if (target !== undefined) {
          const [imported, inside] = target.split('/')
          if (inside !== undefined && !secondEntries.has(target)) {
            complaints.push(`${file}: '${specifier}' reaches inside ${imported}; import '@milena/${imported}'`)
          }
          if (layers.indexOf(imported!) >= layers.indexOf(name) || unknownTo[name]?.includes(imported!)) {
            complaints.push(`${file}: ${name} must not import ${imported}`)
          }
        } else if (specifier!.startsWith('.')) {
          const resolved = path.relative(root, path.resolve(root, path.dirname(file), specifier!))
          if (packageOf(resolved) !== name) complaints.push(`${file}: '${specifier}' leaves the package`)
        }
      }
    }
    none(complaints)
  })

  test("package.json names what the code imports, and nothing that isn't imported", () => {
    const complaints: string[] = []
    for (const name of layers) {
      const manifest = JSON.parse(read(`packages/${name}/package.json`)) as { dependencies?: Record<string, string> }
      const text = sources
        .filter((file) => packageOf(file) === name && !isTest(file))
        .map(read)
        .join('\n')
      const imported = new Set(
        [...text.matchAll(/(?:from|import|require|resolve)\s*\(?\s*'((?:@[\w-]+\/)?[\w.-]+)/g)].map(
          (match) => match[1]!,
        ),
      )
      const declared = new Set(Object.keys(manifest.dependencies ?? {}))
      for (const dependency of declared) {
        if (!imported.has(dependency)) complaints.push(`packages/${name}: ${dependency} is declared but not imported`)
      }
      for (const dependency of imported) {
        if (dependency.startsWith('@milena/') && !declared.has(dependency)) {
          complaints.push(`packages/${name}: ${dependency} is imported but not declared`)
        }
      }
    }
    none(complaints)
  })

  test('a front door names what it lets out', () => {
    none(
      layers
        .map((name) => `packages/${name}/src/index.ts`)
        // A package's second entry has named its exports already.
        .filter((file) => /^export \*/m.test(read(file).replace("export * from './messages.ts'\n", '')))
        .map((file) => `${file}: \`export *\`; name each export`),
    )
  })
})

/** What may not be called where decisions are made, and what to use instead. */
const bannedInPureCode: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\(|\bnew Date\(\)|\bperformance\./, 'the time in the context'],
  [/\bMath\.random\(|\bcrypto\b/, 'the random numbers in the context'],
  [/\bset(Timeout|Interval|Immediate)\(|\bqueueMicrotask\(/, 'a timer effect'],
  [/\basync\b|\bawait\b|\bPromise\b/, 'an effect whose result comes back as an event'],
  [/'node:/, 'nothing: the effect belongs at the edge'],
  [/\bprocess\.|\bBuffer\b|\bconsole\./, 'nothing: the effect belongs at the edge'],
]
const isPure = (file: string): boolean =>
  /^packages\/((coordinator|metadata)\/src|broker\/src\/share\/partition)\//.test(file) &&
  !/\/(edge|store|testing)\//.test(file) &&
  !isTest(file)

/** Comments and strings may speak of anything. */
const codeOf = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|`[^`]*`|"[^"\n]*"|'(?!node:)[^'\n]*'/g, '')

describe('code', () => {
  test('the machines that decide reach for nothing outside', () => {
    const complaints: string[] = []
    for (const file of sources.filter(isPure)) {
      const code = codeOf(read(file))
      for (const [pattern, instead] of bannedInPureCode) {
        const found = pattern.exec(code)
        if (found !== null) complaints.push(`${file}: \`${found[0]}\` in pure code; use ${instead}`)
      }
    }
    none(complaints)
  })

  test('files keep their size, or have a reason and a number that only falls', () => {
    const complaints: string[] = []
    for (const file of sources) {
      const lines = read(file).split('\n').length - 1
      const limit = isTest(file) ? limits.test : limits.source
      const exemption = exemptions.find((entry) => entry.file === file)
      if (exemption === undefined && lines > limit) complaints.push(`${file}: ${lines} lines; the limit is ${limit}`)
      if (exemption !== undefined && lines !== exemption.lines) {
        complaints.push(
          `${file}: ${lines} lines; tidy-exemptions.json says ${exemption.lines}, and may only be lowered`,
        )
      }
      if (exemption !== undefined && lines <= limit) complaints.push(`${file}: needs its exemption no longer`)
    }
    for (const { file, reason } of exemptions) {
      if (!files.includes(file)) complaints.push(`tidy-exemptions.json: ${file} is gone`)
      if (reason.length < 20) complaints.push(`tidy-exemptions.json: ${file} needs a reason`)
    }
    none(complaints)
  })

  test('nothing unfinished, no test left out, no complaint of the compiler silenced', () => {
    const patterns: readonly (readonly [RegExp, string])[] = [
      [/\b(TODO|FIXME|XXX)\b/, 'finish it, or file an issue'],
      [/@ts-(ignore|nocheck)/, 'mend the type'],
      [/\b(test|it|describe)\.(only|todo)\(/, 'run all tests'],
    ]
    const complaints: string[] = []
    for (const file of sources.filter((name) => name !== 'tools/tidy.test.ts')) {
      for (const [pattern, instead] of patterns) {
        const found = pattern.exec(read(file))
        if (found !== null) complaints.push(`${file}: \`${found[0]}\`; ${instead}`)
      }
    }
    none(complaints)
  })

  test('file names are kebab-case', () => {
    none(sources.filter((file) => !/^\.?[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(path.basename(file))))
  })
})

describe('documents', () => {
  test('each package has a README and each link in a document leads somewhere', () => {
    const complaints = layers
      .filter((name) => !files.includes(`packages/${name}/README.md`))
      .map((name) => `packages/${name}: no README.md`)
    for (const file of files.filter((name) => name.endsWith('.md'))) {
      for (const [, target] of read(file).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
        if (/^[a-z]+:/.test(target!)) continue
        if (!existsSync(path.resolve(root, path.dirname(file), target!))) complaints.push(`${file}: no ${target}`)
      }
    }
    none(complaints)
  })

  test('no blob, and no path of one machine', () => {
    const complaints: string[] = []
    for (const file of files.filter((name) => name !== 'tools/tidy.test.ts' && name !== 'package-lock.json')) {
      const text = read(file)
      if (text.length > 256 * 1024) complaints.push(`${file}: ${text.length} bytes; the limit is 262144`)
      if (/(^|[\s'"(=])\/(work|root|home\/\w+)\//m.test(text)) complaints.push(`${file}: names a path of one machine`)
    }
    none(complaints)
  })
})

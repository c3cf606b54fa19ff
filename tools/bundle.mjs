// Bundles the command into packages/milena/dist: hundreds of modules loaded one by one cost a start about half a
// millisecond each, and the start is counted. The published package holds this bundle; in a clone it is made by
// `npm start` and used by bin/milena.js only while every source it was made from is unchanged.
import { build } from 'esbuild'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isFresh, manifest } from '../packages/milena/bin/bundle.js'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const home = path.join(root, 'packages', 'milena')
const dist = path.join(home, 'dist')

if (!isFresh()) {
  rmSync(dist, { recursive: true, force: true })
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: {
      main: 'packages/milena/src/main.ts',
      index: 'packages/milena/src/index.ts',
      // Threads begin with a file of their own.
      'cleaner-worker': 'packages/storage/src/cleaner/cleaner-worker.ts',
    },
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // A quarter less to be read and kept in memory. Names stay, so that stack traces do; with the maps beside the
    // bundle, `NODE_OPTIONS=--enable-source-maps` shows them as in the sources.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: true,
    sourcesContent: false,
    // Native code stays where its package put it.
    external: ['@node-rs/crc32', 'snappy', 'lz4-napi'],
    metafile: true,
    logLevel: 'warning',
  })
  const inputs = {}
  for (const input of Object.keys(metafile.inputs)) {
    const { mtimeMs, size } = statSync(path.join(root, input))
    inputs[path.relative(home, path.join(root, input))] = { mtimeMs, size }
  }
  // Written last: a bundle that was not finished has no manifest and is not used.
  writeFileSync(manifest, JSON.stringify(inputs))
}

// Makes a fresh clone ready, and is instant when nothing is missing. Runs on any Node from 18 on, before
// anything is installed, so it imports nothing but Node's own modules and stays plain JavaScript.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import path from 'node:path'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const stamp = path.join(root, 'node_modules', '.milena-setup')
const pinnedNode = path.join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const wanted = createHash('sha256')
  .update(readFileSync(path.join(root, 'package-lock.json')))
  .digest('hex')

function npm(...args) {
  // What npm prints goes to standard error: the standard output of `npm start` belongs to the broker.
  const shell = process.platform === 'win32'
  const done = spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell })
  if (done.status !== 0) {
    console.error(`milena: \`npm ${args.join(' ')}\` failed (exit ${done.status}); its message is above.`)
    process.exit(1)
  }
}

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  npm('ci', '--no-audit', '--no-fund', '--loglevel=error')
  writeFileSync(stamp, wanted)
}

// The pinned runtime is put in place by the install script of the `node` package, which an npm that is told
// to ignore scripts leaves out. A Node that is new enough by itself does as well.
const [major, minor] = process.versions.node.split('.').map(Number)
if (!existsSync(pinnedNode) && (major < 24 || (major === 24 && minor < 21))) {
  npm('rebuild', 'node', '--ignore-scripts=false', '--loglevel=error')
  if (!existsSync(pinnedNode)) {
    console.error(`milena: this Node is ${process.version}; Milena needs 24.21 or newer, and installing it failed.`)
    process.exit(1)
  }
}

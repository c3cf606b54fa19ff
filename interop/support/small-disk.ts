// A disk of a few megabytes that is really full at some time: a tmpfs in a mount namespace of the broker's own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { execute } from './client-program.ts'

/** Becomes the broker, on a disk of which a part is taken until the file that is named by $2 is there. */
const script = `
mount -t tmpfs -o size="$3" tmpfs "$1"
head -c "$4" /dev/zero > "$1/ballast"
broker=$$
(while kill -0 $broker && [ ! -e "$2" ]; do sleep 0.1; done 2> /dev/null; rm "$1/ballast") &
shift 4
exec "$@"
`
const inNamespace = ['unshare', '-rm', 'sh', '-e', '-c'] as const

export interface SmallDisk extends Disposable {
  /** For `BrokerOptions.within`. */
  readonly within: (folder: string) => readonly string[]
  /** Soon there is space again. */
  makeRoom(): void
}

/** Undefined where the system lets nobody but root mount anything. */
export async function smallDisk(o: {
  readonly totalBytes: number
  readonly ballastBytes: number
}): Promise<SmallDisk | undefined> {
  const [program, ...args] = inNamespace
  const trial = await execute(program, [...args, 'mount -t tmpfs -o size=1m tmpfs /tmp']).catch(() => undefined)
  if (trial?.code !== 0) return undefined
  const own = mkdtempSync(path.join(os.tmpdir(), 'milena-disk-'))
  const signal = path.join(own, 'room')
  return {
    within: (folder) => [...inNamespace, script, 'sh', folder, signal, `${o.totalBytes}`, `${o.ballastBytes}`],
    makeRoom: () => writeFileSync(signal, ''),
    [Symbol.dispose]: () => rmSync(own, { recursive: true, force: true }),
  }
}

// `node bench/cold-reads.ts [MEGABYTES] [FOLDER]`: what it costs to read a log that is not in the tail cache, in
// seconds of the processor a gigabyte, for large batches and small ones: all of it, and the part that is spent on holding
// every batch against its CRC. The log is used directly: no network, no protocol.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { batches, buildBatch } from '@milena/records'
import { nodeFileSystem, silentLogger, systemClock, systemRandom } from '@milena/runtime'
import { LogManager } from '@milena/storage'

const BYTES = Number(process.argv[2] ?? 400) * 1_000_000
const FOLDER = process.argv[3] ?? os.tmpdir()
const FETCH_BYTES = 1_048_576

function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

for (const [name, recordCount, valueBytes] of [
  ['batches of 100 × 1 KB', 100, 1000],
  ['batches of 1 × 100 bytes', 1, 100],
] as const) {
  const folder = mkdtempSync(path.join(FOLDER, 'milena-cold-reads-'))
  const ports = { fs: nodeFileSystem, clock: systemClock, random: systemRandom, logger: silentLogger }
  const manager = await LogManager.open({ ...ports, logDirs: [folder], nodeId: 1, tailCacheBytes: 0 })
  const log = await manager.getOrCreateLog({ topic: 'bench', partition: 0 }, 'AAAAAAAAAAAAAAAAAAAAAQ')
  const value = new Uint8Array(valueBytes).map((_, index) => index * 31)
  const records = Array.from({ length: recordCount }, () => ({ timestamp: Date.now(), key: null, value }))
  const batch = buildBatch({ records })
  const wantedBytes = recordCount === 1 ? BYTES / 10 : BYTES
  while (log.sizeInBytes < wantedBytes) {
    let last: Promise<void> | undefined
    for (let index = 0; index < 500; index++) {
      const appended = log.appendAsLeader(new Uint8Array(batch), { leaderEpoch: 0, origin: 'client' })
      if (!appended.ok) throw new Error(appended.message)
      last = appended.written
    }
    await last
  }
  const options = { maxBytes: FETCH_BYTES, maxOffset: Infinity, minOneMessage: true }
  const slices: Uint8Array[] = []
  for (let next = 0; next < log.writtenOffset;) {
    const { nextOffset } = await log.read(next, options)
    next = nextOffset
  }
  const startSeconds = processorSeconds()
  const startMs = performance.now()
  for (let next = 0; next < log.writtenOffset;) {
    const data = await log.read(next, options)
    if (slices.length < 50) slices.push(...data.slices)
    next = data.nextOffset
  }
  const readMs = performance.now() - startMs
  const readSeconds = processorSeconds() - startSeconds
  const checkStart = processorSeconds()
  let checkedBytes = 0
  for (let round = 0; checkedBytes < log.sizeInBytes; round++) {
    for (const each of batches(slices[round % slices.length]!)) {
      each.isValidCrc()
      checkedBytes += each.sizeInBytes
    }
  }
  const checkSeconds = processorSeconds() - checkStart
  const gigabytes = log.sizeInBytes / 1e9
  console.log(
    `${name.padEnd(26)} ${(readSeconds / gigabytes).toFixed(2)} s/GB, of which the CRC ${(checkSeconds / gigabytes).toFixed(2)}; ` +
      `${(gigabytes / (readMs / 1000)).toFixed(2)} GB/s`,
  )
  await manager.close()
  rmSync(folder, { recursive: true })
}

// The cleaner's own thread: it is told what to clean, asks for each exchange of segments, and ends when it is told to.
import { parentPort } from 'node:worker_threads'
import { nodeFileSystem, systemClock } from '@milena/runtime'
import { cleanLog } from './cleaner.ts'
import type { CleanerReply, CleanerRequest } from './cleaner-messages.ts'
import { errorFrom, errorMessage } from './cleaner-messages.ts'
import type { CleaningJob } from './cleaning-job.ts'

const port = parentPort!
let abort = new AbortController()
let replaced: PromiseWithResolvers<void> | undefined

port.on('message', (request: CleanerRequest) => {
  if (request.type === 'clean') void clean(request.job)
  else if (request.type === 'abort') abort.abort()
  else if (request.type === 'close') port.close()
  else if (request.error === undefined) replaced?.resolve()
  else replaced?.reject(errorFrom(request.error))
})

async function clean(job: CleaningJob): Promise<void> {
  abort = new AbortController()
  const host = {
    signal: abort.signal,
    replace: (cleaned: Extract<CleanerReply, { type: 'replace' }>['cleaned']): Promise<void> => {
      replaced = Promise.withResolvers<void>()
      reply({ type: 'replace', cleaned })
      return replaced.promise
    },
  }
  try {
    // Nobody shares this thread; and whatever reads or writes lets messages in.
    const result = await cleanLog(job, host, { fs: nodeFileSystem, clock: systemClock, pause: async () => {} })
    reply({ type: 'done', result })
  } catch (error) {
    reply({ type: 'failed', error: errorMessage(error) })
  }
}

function reply(message: CleanerReply): void {
  port.postMessage(message)
}

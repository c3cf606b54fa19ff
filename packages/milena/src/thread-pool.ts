/**
 * Node has four threads for all calls of the file system that wait. A broker syncs up to eight files at a time, which
 * the disk takes side by side, and reads must not stand in line behind them.
 */
const THREADS = 16

/** Widens the pool, unless the environment says how wide it shall be; in time only before anything used a thread. */
export function widenThreadPool(environment: NodeJS.ProcessEnv): void {
  environment['UV_THREADPOOL_SIZE'] ??= String(THREADS)
}

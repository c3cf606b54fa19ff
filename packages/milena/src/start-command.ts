// `milena start`: from a command line to a serving broker, and from a signal to a clean end.
import { flushCompileCache } from 'node:module'
import { Broker } from '@milena/broker'
import { consoleLogger, MemoryFileSystem, nodeFileSystem, systemClock, systemRandom } from '@milena/runtime'
import { banner } from './banner.ts'
import { brokerConfigOf } from './config/broker-config.ts'
import { ConfigurationError } from './config/property.ts'
import { loadStartConfiguration, type StartConfiguration } from './config/start-configuration.ts'
import { explainStartFailure } from './start-failure.ts'
import { exitCodeOf, watchStopSignals } from './stop-signals.ts'
import { widenThreadPool } from './thread-pool.ts'
import { boundYoungGeneration } from './young-generation.ts'

/** Long enough that the first clients are not kept waiting by the write. */
const COMPILE_CACHE_FLUSH_DELAY_MS = 2_000

/** Runs until a signal; returns the exit code. */
export async function startCommand(argv: readonly string[]): Promise<number> {
  // A reader of the log that has gone away (`milena | head`) is no reason for a broker to end.
  process.stdout.on('error', () => undefined)
  widenThreadPool(process.env)
  const unbound = boundYoungGeneration()
  const signals = watchStopSignals((signal) => process.exit(exitCodeOf(signal)))
  try {
    return await serve(loadStartConfiguration({ argv, environment: process.env }), signals.first)
  } catch (error) {
    return failed(error)
  } finally {
    signals.dispose()
    unbound()
  }
}

async function serve(configuration: StartConfiguration, stop: Promise<string>): Promise<number> {
  if (configuration.help) {
    const { HELP } = await import('./help.ts')
    console.log(HELP)
    return 0
  }
  const config = brokerConfigOf(configuration.properties)
  const logger = consoleLogger()
  for (const { name, host, port } of config.controllerListeners) {
    logger.info(`The listener ${name}://${host}:${port} is not opened: a single node needs no quorum of controllers`)
  }
  const broker = await Broker.start(config, {
    fs: configuration.memory ? new MemoryFileSystem() : nodeFileSystem,
    clock: systemClock,
    random: systemRandom,
    logger,
  })
  const { memory } = configuration
  console.log(banner({ listeners: broker.listeners, config, memory, readyMs: performance.now() }))
  const flush = setTimeout(flushCompileCache, COMPILE_CACHE_FLUSH_DELAY_MS).unref()
  const end = await Promise.race([stop, broker.failed])
  clearTimeout(flush)
  if (end instanceof Error) logger.error('The broker can do no more and stops', { error: end })
  else logger.info(`Stopping on ${end}; a second signal ends the process at once`)
  await broker.close()
  return end instanceof Error ? 1 : 0
}

function failed(error: unknown): number {
  if (error instanceof ConfigurationError) {
    for (const complaint of error.complaints) console.error(`milena: ${complaint}`)
    return 1
  }
  const explanation = explainStartFailure(error)
  if (explanation === undefined) console.error('milena: the broker failed to start.', error)
  else console.error(`milena: ${explanation}`)
  return 1
}

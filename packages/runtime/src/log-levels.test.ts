import assert from 'node:assert/strict'
import { test } from 'node:test'
import { captureLogger, createLogger, silentLogger } from './logger.ts'

test('each component can have a level of its own, at any time', () => {
  const seen: string[] = []
  const logger = createLogger({ sink: ({ component, message }) => seen.push(`${component} ${message}`) })
  const [log, disk] = [logger.child('Log'), logger.child('Disk')]
  assert.deepEqual([...logger.levels.components], ['Log', 'Disk'])
  log.debug('a')
  logger.levels.set('Log', 'debug')
  log.debug('b')
  disk.debug('c')
  logger.levels.root = 'error'
  log.debug('d')
  disk.warn('e')
  disk.error('f')
  logger.levels.unset('Log')
  log.warn('g')
  logger.levels.root = 'fatal'
  disk.error('h')
  logger.levels.root = 'trace'
  disk.debug('i')
  assert.deepEqual(seen, ['Log b', 'Log d', 'Disk f', 'Disk i'])
  assert.equal(disk.isEnabled('debug'), true)
  assert.deepEqual([logger.levels.of('Log'), logger.levels.root], ['trace', 'trace'])
})

test('a log that says nothing, and one that keeps everything, say so', () => {
  assert.equal(silentLogger.levels.root, 'off')
  assert.equal(captureLogger().logger.levels.root, 'debug')
})

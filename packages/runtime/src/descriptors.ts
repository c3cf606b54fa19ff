import fs from 'node:fs'
import type { DirectCalls } from './direct-calls.ts'

/**
 * Descriptors by hand: Node's promises for files make an object for each file that is opened, which is too much for ten
 * thousand small ones.
 */
export function call(operation: (done: (error: Error | null | undefined) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    operation((error) => (error ? reject(error) : resolve()))
  })
}

/** As {@link call}, for what has a result. */
export function callFor<T>(operation: (done: (error: Error | null, result: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    operation((error, result) => (error === null ? resolve(result) : reject(error)))
  })
}

const PERMISSIONS = 0o644

export function openDescriptor(file: string, flags: number, directCalls: DirectCalls): Promise<number> {
  return directCalls.either(
    () => fs.openSync(file, flags, PERMISSIONS),
    () => callFor((done) => fs.open(file, flags, PERMISSIONS, done)),
  )
}

export function closeDescriptor(descriptor: number, directCalls: DirectCalls): Promise<void> {
  return directCalls.either(
    () => fs.closeSync(descriptor),
    () => call((done) => fs.close(descriptor, done)),
  )
}

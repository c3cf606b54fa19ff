import { createRequire } from 'node:module'

const requireHere = createRequire(import.meta.url)

/**
 * A native package, loaded when it is first needed and not before: loading one costs several milliseconds,
 * which a broker that starts does not have to give. `undefined` where there is no binary for the machine.
 */
export function lazyPackage<Package>(load: (require: NodeJS.Require) => Package): () => Package | undefined {
  let loaded: { readonly value: Package | undefined } | undefined
  return () => {
    if (loaded === undefined) {
      try {
        loaded = { value: load(requireHere) }
      } catch {
        loaded = { value: undefined }
      }
    }
    return loaded.value
  }
}

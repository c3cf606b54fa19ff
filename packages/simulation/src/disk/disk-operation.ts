/** A file or a folder, whatever its name is at the moment. */
export type NodeId = number

export const ROOT: NodeId = 0

/** A name in a folder that now stands for a node, or for nothing. */
export interface NameChange {
  readonly directory: NodeId
  readonly name: string
  readonly node: NodeId | undefined
}

/**
 * What a call did to the disk, in the order in which it took effect. Bytes and names are in the caches of the
 * operating system until a sync of their file or folder covers them: of what no sync has covered, a loss of power may
 * take any part. `covers` counts the operations that had taken effect when the sync was asked for.
 */
export type DiskOperation =
  | { readonly kind: 'make'; readonly node: NodeId; readonly isDirectory: boolean }
  /** One or two changes in one folder that come to the disk together, as those of a rename do. */
  | { readonly kind: 'names'; readonly changes: readonly NameChange[] }
  | { readonly kind: 'write'; readonly node: NodeId; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly node: NodeId; readonly size: number }
  | { readonly kind: 'sync'; readonly node: NodeId; readonly covers: number }
  /** A sync that failed, after which the caches are clean although nothing was written ("fsyncgate"). */
  | { readonly kind: 'drop'; readonly node: NodeId; readonly covers: number }

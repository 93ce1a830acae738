/**
 * Merkle trees as RFC 6962 §2.1 makes them: leaves and nodes are hashed apart, so no node can pass for a leaf.
 * Pure; all hashes are SHA-256 in hex.
 */
import { createHash } from 'node:crypto'

const LEAF = Buffer.from([0])
const NODE = Buffer.from([1])

export function leafHash(text: string): string {
  return createHash('sha256').update(LEAF).update(text).digest('hex')
}

function nodeHash(left: string, right: string): string {
  return createHash('sha256').update(NODE).update(left, 'hex').update(right, 'hex').digest('hex')
}

/** Root over hashes of leaves; of none it is the hash of nothing. */
export function merkleRoot(leaves: readonly string[]): string {
  const [only] = leaves
  if (only === undefined) return createHash('sha256').digest('hex')
  if (leaves.length === 1) return only
  const split = splitOf(leaves.length)
  return nodeHash(merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split)))
}

/** The hashes that lead from leaf `index` up to the root, nearest first (RFC 6962 §2.1.1). */
export function inclusionProof(leaves: readonly string[], index: number): string[] {
  if (leaves.length <= 1) return []
  const split = splitOf(leaves.length)
  return index < split
    ? [...inclusionProof(leaves.slice(0, split), index), merkleRoot(leaves.slice(split))]
    : [...inclusionProof(leaves.slice(split), index - split), merkleRoot(leaves.slice(0, split))]
}

/** Root that a leaf and its proof lead to; equal to the tree's root when the leaf is in it. */
export function rootOfProof(leaf: string, index: number, size: number, proof: readonly string[]): string {
  const sibling = proof.at(-1)
  if (size <= 1 || sibling === undefined) return leaf
  const split = splitOf(size)
  const rest = proof.slice(0, -1)
  return index < split
    ? nodeHash(rootOfProof(leaf, index, split, rest), sibling)
    : nodeHash(sibling, rootOfProof(leaf, index - split, size - split, rest))
}

/** The greatest power of two below `size`. */
function splitOf(size: number): number {
  return 2 ** Math.floor(Math.log2(size - 1))
}

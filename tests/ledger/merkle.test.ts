import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inclusionProof, leafHash, merkleRoot, rootOfProof } from '../../src/ledger/merkle.js'

describe('the Merkle tree', () => {
  it('proves every leaf it holds and no other', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 40 }), fc.nat(), (texts, n) => {
        const leaves = texts.map(leafHash)
        const index = n % leaves.length
        const proof = inclusionProof(leaves, index)
        const root = merkleRoot(leaves)
        expect(rootOfProof(leaves[index] ?? '', index, leaves.length, proof)).toBe(root)
        expect(rootOfProof(leafHash(`${texts[index]}x`), index, leaves.length, proof)).not.toBe(root)
      }),
    )
  })

  it('has the root of RFC 6962 for nothing', () => {
    expect(merkleRoot([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, type Json, sameJson } from '../../src/kernel/json.js'

const json = fc.jsonValue({ maxDepth: 4, noUnicodeString: false } as never) as fc.Arbitrary<Json>

describe('sameJson', () => {
  it('is equality of the canonical form', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(sameJson(a, b)).toBe(canonicalJson(a) === canonicalJson(b))
        expect(sameJson(a, JSON.parse(canonicalJson(a)) as Json)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it.each<[string, unknown, unknown, boolean]>([
    ['the order of members', { a: 1, b: [2] }, { b: [2], a: 1 }, true],
    ['a member that is undefined', { a: 1, b: undefined }, { a: 1 }, true],
    ['an undefined member and one that is null', { b: undefined }, { b: null }, false],
    ['a list and an object', [], {}, false],
    ['lists of two lengths', [1], [1, 2], false],
    ['one member more', { a: 1 }, { a: 1, b: 2 }, false],
    ['names of Object’s own', { toString: 1 }, {}, false],
    ['nothing and null', undefined, null, false],
    ['nothing and nothing', undefined, undefined, true],
    ['the two zeros', 0, -0, true],
  ])('judges %s', (_, a, b, same) => {
    expect(sameJson(a as Json, b as Json)).toBe(same)
    expect(sameJson(b as Json, a as Json)).toBe(same)
  })
})

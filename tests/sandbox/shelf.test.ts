import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createShelf, emptyShelf } from '../../src/sandbox/shelf.js'

describe('a shelf', () => {
  it('shows a search what was there so long ago, and reading by id what is there now', () => {
    const clock = { at: 0, now: () => clock.at }
    const shelf = createShelf(emptyShelf<string>(), clock.now, 100)
    shelf.put('a', 'one')
    clock.at = 150
    shelf.put('a', 'two')
    shelf.put('b', 'new')
    expect([shelf.get('a'), shelf.search(), shelf.all()]).toEqual(['two', ['one'], ['two', 'new']])
    clock.at = 250
    expect(shelf.search()).toEqual(['two', 'new'])
    expect(shelf.search(100)).toEqual(['one'])
    shelf.delete('b')
    expect([shelf.get('b'), shelf.search(), shelf.all()]).toEqual([undefined, ['two', 'new'], ['two']])
  })

  it('holds what a plain map holds, whatever is done in whatever order', () => {
    const step = fc.tuple(fc.constantFrom('a', 'b', '__proto__'), fc.option(fc.integer(), { nil: undefined }))
    fc.assert(
      fc.property(fc.array(step), steps => {
        const shelf = createShelf(emptyShelf<number>(), () => 1)
        const map = new Map<string, number>()
        for (const [id, value] of steps) {
          if (value === undefined) {
            shelf.delete(id)
            map.delete(id)
          } else {
            shelf.put(id, value)
            map.set(id, value)
          }
        }
        expect([...shelf.all()].sort()).toEqual([...map.values()].sort())
        for (const id of ['a', 'b', '__proto__']) expect(shelf.get(id)).toBe(map.get(id))
      }),
    )
  })

  it('is whole again after its state went through JSON', () => {
    const state = emptyShelf<string>()
    createShelf(state, () => 1).put('a', 'one')
    const again = createShelf(JSON.parse(JSON.stringify(state)) as typeof state, () => 2)
    expect([again.get('a'), again.all()]).toEqual(['one', ['one']])
  })
})

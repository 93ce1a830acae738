import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBatcher } from '../../src/kernel/batcher.js'

/** A batcher whose flushes end when told, and that notes what each took. */
function heldBatcher(most = 100) {
  const taken: (readonly number[])[] = []
  let end: () => void = () => undefined
  const batcher = createBatcher<number, number>({
    most,
    halve: () => true,
    flush: items => {
      taken.push(items)
      if (items.includes(13)) return Promise.reject(new Error(`no ${items.join()}`))
      return new Promise(resolve => {
        end = () => resolve(items.map(item => item * 2))
      })
    },
  })
  return { batcher, taken, end: () => end() }
}

const turn = () => vi.advanceTimersByTimeAsync(0)
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)

describe('a batcher', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('takes what one turn brings together, and gives each caller its own result', async () => {
    const { batcher, taken, end } = heldBatcher()
    const asked = Promise.all([batcher.add(1), batcher.add(2), batcher.add(3)])
    await turn()
    expect(taken).toEqual([[1, 2, 3]])
    expect(batcher.load).toBe(3)
    end()
    expect(await asked).toEqual([2, 4, 6])
    expect(batcher.load).toBe(0)
  })

  it('keeps what comes during a flush for the next one, and lets a lone caller wait for nothing', async () => {
    const { batcher, taken, end } = heldBatcher()
    const first = batcher.add(1)
    await turn()
    const later = [batcher.add(2), batcher.add(3)]
    await turn()
    expect(taken).toEqual([[1]])
    end()
    await first
    await turn()
    expect(taken).toEqual([[1], [2, 3]])
    end()
    expect(await Promise.all(later)).toEqual([4, 6])
  })

  it('waits 4 ms after a flush of many, so that those it let go come with the others', async () => {
    const { batcher, taken, end } = heldBatcher()
    const many = Promise.all(range(100, 12).map(batcher.add))
    await turn()
    const half = Promise.all(range(200, 6).map(batcher.add))
    end()
    await many
    const again = Promise.all(range(300, 6).map(batcher.add))
    await vi.advanceTimersByTimeAsync(3)
    expect(taken).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(taken[1]).toEqual([...range(200, 6), ...range(300, 6)])
    end()
    await Promise.all([half, again])
  })

  it('waits no longer once everybody is back', async () => {
    const { batcher, taken, end } = heldBatcher()
    const many = Promise.all(range(100, 12).map(batcher.add))
    await turn()
    const half = Promise.all(range(200, 6).map(batcher.add))
    end()
    await many
    const again = Promise.all(range(300, 12).map(batcher.add))
    await turn()
    expect(taken[1]).toEqual([...range(200, 6), ...range(300, 12)])
    end()
    await Promise.all([half, again])
  })

  it('waits for nobody once a flush is full', async () => {
    const { batcher, taken, end } = heldBatcher(20)
    const many = Promise.all(range(100, 20).map(batcher.add))
    await turn()
    const next = Promise.all(range(200, 20).map(batcher.add))
    end()
    await many
    await turn()
    expect(taken[1]).toEqual(range(200, 20))
    end()
    await next
  })

  it('halves a batch that fails until the item that cannot be flushed stands alone', async () => {
    const { batcher, taken, end } = heldBatcher()
    const asked = [12, 13, 14].map(batcher.add)
    const ends = Promise.allSettled(asked)
    for (let i = 0; i < 5; i++) {
      await turn()
      end()
    }
    expect((await ends).map(one => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(taken).toEqual([[12, 13, 14], [12], [13, 14], [13], [14]])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Gate, memoryLimiter, parseRate } from '../../src/connector/limits.js'

describe('rates', () => {
  it.each([
    ['20/s', { count: 20, perMs: 1000 }],
    ['1000/min', { count: 1000, perMs: 60_000 }],
    ['5/30s', { count: 5, perMs: 30_000 }],
    ['10/d', { count: 10, perMs: 86_400_000 }],
  ])('%s', (text, rate) => {
    expect(parseRate(text)).toEqual(rate)
  })

  it('no window ever holds more than its count, whatever the times of asking', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }), gaps => {
        const limiter = memoryLimiter()
        const rates = [
          { count: 3, perMs: 1000 },
          { count: 5, perMs: 5000 },
        ]
        const gone: number[] = []
        let now = 1000
        for (const gap of gaps) {
          now += gap
          if (limiter.take('k', rates, now) === 0) gone.push(now)
        }
        for (const rate of rates)
          for (const end of gone)
            expect(gone.filter(time => time > end - rate.perMs && time <= end).length).toBeLessThanOrEqual(
              rate.count,
            )
      }),
    )
  })

  it('the wait it names is enough', () => {
    const limiter = memoryLimiter()
    const rates = [{ count: 1, perMs: 1000 }]
    expect(limiter.take('k', rates, 0)).toBe(0)
    const wait = limiter.take('k', rates, 400)
    expect(wait).toBe(600)
    expect(limiter.take('k', rates, 400 + wait)).toBe(0)
  })

  it('a pause holds every rate back, and ends', () => {
    const limiter = memoryLimiter()
    limiter.pause('k', 5000)
    expect(limiter.take('k', [], 1000)).toBe(4000)
    expect(limiter.take('k', [], 5000)).toBe(0)
    expect(limiter.take('other', [], 1000)).toBe(0)
  })
})

describe('a gate', () => {
  it('sends away who waits too long, without beginning the work', async () => {
    const gate = new Gate(1)
    let release = () => {}
    const first = gate.run(
      10,
      () =>
        new Promise<string>(resolve => {
          release = () => resolve('first')
        }),
    )
    let begun = false
    const second = await gate.run(5, async () => {
      begun = true
    })
    expect([second, begun]).toEqual([undefined, false])
    release()
    expect(await first).toBe('first')
    expect(await gate.run(5, async () => 'third')).toBe('third')
  })

  it('gives its place on even where the work fails', async () => {
    const gate = new Gate(1)
    const failing = gate.run(1000, async () => Promise.reject(new Error('no')))
    const next = gate.run(1000, async () => 'next')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('next')
  })
})

import { expect, it } from 'vitest'
import { endLeases } from '../../src/ledger/end-leases.js'
import { giveLease, takeLease } from '../../src/ledger/take-lease.js'
import { forEachEngine } from '../support/engines.js'

forEachEngine('a lease', engine => {
  it('is one holder’s until its time is over or it is given back', async () => {
    const ledger = await engine.open()
    expect(await takeLease(ledger, 'sweep', 'a', 60_000)).toBe(1)
    expect(await takeLease(ledger, 'sweep', 'b', 60_000)).toBeUndefined()
    expect(await takeLease(ledger, 'sweep', 'a', 60_000)).toBe(1)
    await giveLease(ledger, 'sweep', 'b')
    expect(await takeLease(ledger, 'sweep', 'b', 60_000)).toBeUndefined()
    await giveLease(ledger, 'sweep', 'a')
    expect(await takeLease(ledger, 'sweep', 'b', 20)).toBe(2)
    await expect.poll(() => takeLease(ledger, 'sweep', 'a', 60_000)).toBe(3)
  })

  it('is free at once where nobody else can have the ledger open', async () => {
    const ledger = await engine.open()
    expect(await takeLease(ledger, 'sweep', 'killed', 60_000)).toBe(1)
    await endLeases(ledger, Date.now())
    expect(await takeLease(ledger, 'sweep', 'next', 60_000)).toBe(2)
  })

  it('is taken by one of many that come together', async () => {
    const ledger = await engine.open()
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, i) => takeLease(ledger, 'poll', `holder ${i}`, 60_000)),
    )
    expect(taken.filter(fence => fence !== undefined)).toEqual([1])
  })
})

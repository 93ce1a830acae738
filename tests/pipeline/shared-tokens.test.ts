import { expect, it } from 'vitest'
import { systemClock } from '../../src/kernel/clock.js'
import { createSealer } from '../../src/kernel/seal.js'
import { sharedTokens } from '../../src/pipeline/shared-tokens.js'
import { forEachEngine } from '../support/engines.js'

const sealer = createSealer([Buffer.alloc(32, 7).toString('base64')])
const good = (token: { expiresAt: number }) => token.expiresAt > Date.now()

forEachEngine('shared tokens', engine => {
  it('two processes that need a token at once fetch it once', async () => {
    const ledger = await engine.open()
    let fetched = 0
    const fetch = async () => {
      fetched += 1
      await new Promise(resolve => setTimeout(resolve, 50))
      return { value: `token ${fetched}`, fetchedAt: Date.now(), expiresAt: Date.now() + 60_000 }
    }
    const processes = [
      sharedTokens(sealer, systemClock),
      sharedTokens(sealer, systemClock),
      sharedTokens(sealer, systemClock),
    ]
    for (const one of processes) one.share(ledger)
    const tokens = await Promise.all(processes.map(one => one.use('default/ai/app/x', good, fetch)))
    expect(tokens.map(token => token?.value)).toEqual(['token 1', 'token 1', 'token 1'])
    expect(fetched).toBe(1)
    const { rows } = await ledger.query<{ sealed: Buffer }>('select sealed from hrhub.tokens')
    expect(rows[0]?.sealed.includes('token 1')).toBe(false)
  })

  it('a token that could not be fetched is asked for again by the next', async () => {
    const ledger = await engine.open()
    const one = sharedTokens(sealer, systemClock)
    one.share(ledger)
    expect(await one.use('k', good, async () => undefined)).toBeUndefined()
    const token = { value: 'later', fetchedAt: Date.now(), expiresAt: Date.now() + 60_000 }
    expect(await one.use('k', good, async () => token)).toEqual(token)
  })
})

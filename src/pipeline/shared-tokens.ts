/**
 * Access tokens shared by all processes through the ledger, sealed. One refresher at a time: a lease per token;
 * who does not get it waits for the row. A ledger that is away costs a fetch, never a call.
 */
import { createHash, randomUUID } from 'node:crypto'
import { memoryTokenStore, type StoredToken, type TokenStore } from '../connector/auth/token-store.js'
import type { Clock } from '../kernel/clock.js'
import { isHubError } from '../kernel/errors.js'
import type { Sealer } from '../kernel/seal.js'
import type { Ledger } from '../ledger/engine/types.js'
import { giveLease, takeLease } from '../ledger/take-lease.js'
import { findToken, keepToken } from '../ledger/tokens.js'

/** Longer than any token exchange takes. */
const LEASE_MS = 30_000
const LOOK_EVERY_MS = 100
const PATIENCE_MS = 15_000

export interface SharedTokens extends TokenStore {
  /** Connections are opened before the ledger is; until then this process keeps its tokens to itself. */
  share(ledger: Ledger): void
}

export function sharedTokens(sealer: Sealer, clock: Clock): SharedTokens {
  const memory = memoryTokenStore()
  const holder = randomUUID()
  let ledger: Ledger | undefined

  async function stored(
    from: Ledger,
    name: string,
    good: (token: StoredToken) => boolean,
  ): Promise<StoredToken | undefined> {
    const sealed = await findToken(from, name)
    if (!sealed) return undefined
    const token = JSON.parse(sealer.open(sealed, `tokens/${name}`).toString('utf8')) as StoredToken
    return good(token) ? token : undefined
  }

  async function fetchOnce(
    from: Ledger,
    name: string,
    good: (token: StoredToken) => boolean,
    fetch: () => Promise<StoredToken | undefined>,
  ): Promise<StoredToken | undefined> {
    const until = clock.now() + PATIENCE_MS
    for (;;) {
      const known = await stored(from, name, good)
      if (known) return known
      if ((await takeLease(from, `token:${name}`, holder, LEASE_MS)) !== undefined) break
      if (clock.now() > until) return fetch()
      await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS))
    }
    try {
      const known = await stored(from, name, good)
      if (known) return known
      const token = await fetch()
      if (token)
        await keepToken(
          from,
          name,
          sealer.seal(Buffer.from(JSON.stringify(token)), `tokens/${name}`),
          token.expiresAt,
        )
      return token
    } finally {
      await giveLease(from, `token:${name}`, holder)
    }
  }

  return {
    share(opened) {
      ledger = opened
    },
    use(key, good, fetch) {
      const from = ledger
      if (!from) return memory.use(key, good, fetch)
      // The key holds names and a fingerprint of settings; its hash is all that other processes need.
      const name = createHash('sha256').update(key).digest('hex')
      return memory.use(key, good, async () => {
        try {
          return await fetchOnce(from, name, good, fetch)
        } catch (error) {
          if (isHubError(error) && error.code === 'LEDGER_AWAY') return fetch()
          throw error
        }
      })
    },
  }
}

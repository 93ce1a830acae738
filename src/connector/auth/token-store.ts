/**
 * Where access tokens live between calls. One refresher at a time per key: everyone else waits for its
 * result. This store is the memory of one process; the hub may back the same interface by the ledger.
 */
export interface StoredToken {
  readonly value: string
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number
  readonly expiresAt: number
}

export interface TokenStore {
  /**
   * The stored token where `good` says so, else what `fetch` gives (stored before it is returned).
   * `fetch` runs at most once at a time per key, for all who ask meanwhile.
   */
  use(
    key: string,
    good: (token: StoredToken) => boolean,
    fetch: () => Promise<StoredToken | undefined>,
  ): Promise<StoredToken | undefined>
}

export function memoryTokenStore(): TokenStore {
  const tokens = new Map<string, StoredToken>()
  const fetching = new Map<string, Promise<StoredToken | undefined>>()
  return {
    async use(key, good, fetch) {
      const stored = tokens.get(key)
      if (stored && good(stored)) return stored
      const running = fetching.get(key)
      if (running) return running
      const started = fetch()
        .then(token => {
          if (token) tokens.set(key, token)
          return token
        })
        .finally(() => fetching.delete(key))
      fetching.set(key, started)
      return started
    },
  }
}

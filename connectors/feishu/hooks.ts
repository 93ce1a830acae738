/**
 * Feishu through its own SDK (@larksuiteoapi/node-sdk): its client, its token manager, its request path, on
 * the hub's axios. The SDK logs secrets when a token call fails, so its logger is silenced; its token cache
 * is process-wide by default, so each connection brings its own.
 */

import { Client, LoggerLevel } from '@larksuiteoapi/node-sdk'
import { bodyOf, type HookKit, type PreparedCall, silent } from '#sdk'

type Options = ConstructorParameters<typeof Client>[0]
type Cache = NonNullable<Options['cache']>

/** The SDK's cache contract; keys are symbols of its own. */
function tokenCache(): Cache & { clear(): void } {
  const entries = new Map<string, { readonly value: unknown; readonly expires: number }>()
  return {
    get: async (key, options) => {
      const entry = entries.get(`${options?.namespace ?? ''}/${key.toString()}`)
      return entry && entry.expires > Date.now() ? entry.value : undefined
    },
    set: async (key, value, expires, options) => {
      const until = expires ?? Number.POSITIVE_INFINITY
      entries.set(`${options?.namespace ?? ''}/${key.toString()}`, { value, expires: until })
      return true
    },
    clear: () => entries.clear(),
  }
}

function open(kit: HookKit) {
  const cache = tokenCache()
  const client = new Client({
    appId: String(kit.settings['app_id'] ?? ''),
    appSecret: String(kit.settings['app_secret'] ?? ''),
    domain: kit.address,
    // It resolves to bodies, as the SDK wants; axios' own type cannot say so.
    httpInstance: kit.unwrapped as unknown as NonNullable<Options['httpInstance']>,
    cache,
    logger: silent,
    loggerLevel: LoggerLevel.fatal,
  })
  return { client, cache }
}

export async function send(call: PreparedCall, kit: HookKit): Promise<unknown> {
  const { client, cache } = kit.once('feishu', () => open(kit))
  if (kit.renew) cache.clear()
  const { 'content-type': _, ...headers } = call.headers
  return client.request({
    method: call.method,
    url: call.path,
    headers,
    ...(call.body !== undefined && { data: bodyOf(call) }),
  })
}

/**
 * `#sdk`: all that a connector's hooks.ts may import beside its vendor's SDK. A hook sends one prepared call
 * through that SDK; what the call came to is read off the wire by the hub, so an SDK that unwraps, swallows
 * or renames answers changes nothing of what they mean.
 */
import type { AxiosInstance } from 'axios'
import type { Json, JsonObject } from '../kernel/json.js'
import type { PreparedCall } from './types.js'

export type { AxiosInstance, Json, JsonObject, PreparedCall }

export interface HookKit {
  /** Settings of the connection, secrets included. */
  readonly settings: JsonObject
  /** Address of the call's server, without a slash at its end. */
  readonly address: string
  /** axios under the hub's own rules: timeout, caps, no redirects, no private addresses. */
  readonly http: AxiosInstance
  /** The same, resolving to bodies as some SDKs expect (`resp.data`). */
  readonly unwrapped: AxiosInstance
  /** True on the second try after the vendor did not take the token: fetch a new one. */
  readonly renew: boolean
  /** One value per connection and name, made on first use: the SDK's client, its token cache. */
  once<T>(name: string, make: () => T): T
}

export interface Hooks {
  /**
   * Sends a prepared call through the SDK, with `http` or `unwrapped` as its HTTP client.
   * What it throws is looked at only where nothing of the call went over the wire.
   */
  send?(call: PreparedCall, kit: HookKit): Promise<unknown>
}

/** The parsed body of a prepared call. */
export function bodyOf(call: PreparedCall): JsonObject {
  return call.body === undefined ? {} : (JSON.parse(call.body) as JsonObject)
}

/** A logger that says nothing: SDK logs carry secrets. */
export const silent = {
  error: () => {},
  warn: () => {},
  info: () => {},
  debug: () => {},
  trace: () => {},
}

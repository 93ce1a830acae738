/**
 * Who is calling and whether they may: `Authorization: Bearer <key>`. A key has a tenant, scopes and, to write, the
 * one connection it speaks for; every query below runs in its tenant.
 */
import type { FastifyRequest } from 'fastify'
import { HubError } from '../kernel/errors.js'
import { mayUse, openKey } from '../pipeline/keys.js'
import type { Caller, ServedHub } from './served.js'

/** Longer ones are nobody's: hashing is not for free. */
const MOST_KEY = 200
const BEARER = /^Bearer +([^\s]+) *$/i

/** @throws HubError `HTTP_KEY_MISSING`, `HTTP_KEY_REFUSED`, `HTTP_SCOPE_MISSING` */
export function authorizer({ parts }: Pick<ServedHub, 'parts'>) {
  return async (request: FastifyRequest): Promise<void> => {
    const { scope } = request.routeOptions.config
    // Only what is under no route of ours; it answers 404 with a key or without.
    if (scope === undefined) return
    const text = BEARER.exec(request.headers.authorization ?? '')?.[1]
    if (text === undefined)
      throw new HubError('HTTP_KEY_MISSING', { detail: 'there is no bearer key in Authorization' })
    const caller = text.length > MOST_KEY ? undefined : await openKey(parts, text)
    if (!caller) throw new HubError('HTTP_KEY_REFUSED', { detail: 'the key opens nothing here' })
    if (!mayUse(caller, scope))
      throw new HubError('HTTP_SCOPE_MISSING', { detail: `this needs the scope ${scope}` })
    request.caller = caller
  }
}

/** The caller of a route under /v1. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new HubError('HTTP_KEY_MISSING', { detail: 'nobody is calling' })
  return request.caller
}

/** @throws HubError `HTTP_CONNECTION_FOREIGN` */
export function speaksFor(caller: Caller, connection: string): void {
  if (caller.connection !== connection)
    throw new HubError('HTTP_CONNECTION_FOREIGN', {
      detail:
        caller.connection === undefined
          ? 'this key speaks for no connection'
          : `this key speaks for ${caller.connection}`,
    })
}

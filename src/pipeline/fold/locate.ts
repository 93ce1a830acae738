/**
 * Which record a message is about, in this order: our own reference in it, its link, a match of
 * identity keys, an open creation it may belong to (waits), else what its flow says about strangers.
 */

import { prefixOf } from '../../kernel/ids.js'
import { type IdentityKey, identityText } from '../../ledger/identity.js'
import type { LinkHead } from '../../ledger/schema.js'
import { KINDS } from '../../model/kinds.js'
import { autoKeys } from './identity-keys.js'
import { isReference } from './references.js'
import { type FoldInput, waitForEffect, waitForLink } from './types.js'
import { findLink, keysOf, makeLink, makeRecord, placeOf, type World } from './world.js'

export type Located =
  | { readonly at: 'record'; readonly record: string; readonly link: LinkHead }
  | { readonly at: 'waits'; readonly what: string }
  | { readonly at: 'ignored'; readonly because: 'retired' | 'erased' | 'unknown' | 'no identity' }

/** Between the clocks of two processes of one hub. */
const CLOCKS_APART_MS = 2000

export function locate(world: World, input: FoldInput): Located {
  const { said, connection, resource, kind } = input
  const about = aboutRecord(world, input)
  if (about && 'waits' in about) return { at: 'waits', what: about.waits }
  const ours = said.ours === undefined ? undefined : ownReference(world, said.ours, kind)
  const named = input.record ?? about?.record ?? ours?.record
  const record = named === undefined ? undefined : (world.survivors.get(named) ?? named)
  const externalId = input.externalId ?? said.identity ?? about?.key ?? named
  if (externalId === undefined) return { at: 'ignored', because: 'no identity' }
  const key = { connection, resource, externalId, kind }
  const link = findLink(world, key)
  if (link) {
    if (link.state === 'retired' || link.state === 'erased') return { at: 'ignored', because: link.state }
    return { at: 'record', record: link.record, link }
  }
  if (record !== undefined)
    return { at: 'record', record, link: makeLink(world, key, record, ours?.delivery ?? null) }
  const matched = match(world, input)
  if (matched !== undefined) return { at: 'record', record: matched, link: makeLink(world, key, matched) }
  // A creation that began after the news came cannot be its reason: on a busy day one is always under way.
  const begun = world.openCreations.get(`${connection}.${resource}`)
  if (begun !== undefined && begun <= input.receivedAt + CLOCKS_APART_MS)
    return { at: 'waits', what: waitForEffect(connection, resource) }
  if (input.unknown === 'ignore') return { at: 'ignored', because: 'unknown' }
  if (input.unknown === 'wait')
    return { at: 'waits', what: waitForLink(connection, resource, kind, externalId) }
  const made = makeRecord(world, kind)
  for (const identity of keysOf(world, kind, said.match)) {
    if (!world.identities.has(identityText(identity))) {
      world.claimed.set(identityText(identity), made)
      world.identities.set(identityText(identity), made)
    }
  }
  return { at: 'record', record: made, link: makeLink(world, key, made) }
}

/** `identity: { ref }`: that record itself when it is of our kind, else the thing is keyed by it. */
function aboutRecord(
  world: World,
  input: FoldInput,
): { record?: string; key?: string } | { waits: string } | undefined {
  const about = input.said.identityRef
  if (about === undefined) return undefined
  let record: string | undefined
  if (isReference(about)) {
    const place = placeOf(world.config, about, input.connection)
    const link =
      place && findLink(world, { ...place, externalId: about.$reference.id, kind: about.$reference.kind })
    const { id, kind } = about.$reference
    if (!link) return place ? { waits: waitForLink(place.connection, place.resource, kind, id) } : {}
    record = link.record
  } else record = about
  return prefixOf(record) === input.kind ? { record, key: record } : { key: record }
}

function ownReference(
  world: World,
  ours: string,
  kind: string,
): { record: string; delivery?: string } | undefined {
  const token = world.tokens.get(ours)
  if (token) return prefixOf(token.record) === kind ? token : undefined
  return prefixOf(ours) === kind && KINDS.has(kind) ? { record: ours } : undefined
}

/**
 * Keys that lead to two records join nothing: the message gets a record of its own and a proposal is filed. A key of
 * `auto_merge` is nobody else's: it alone decides, and two records that it leads to are merged.
 */
function match(world: World, input: FoldInput): string | undefined {
  const keys = keysOf(world, input.kind, input.said.match)
  const sure = autoKeys(input.kind, keys, input.said.autoMerge)
  const ownersOf = (some: readonly IdentityKey[]) => [
    ...new Set(some.flatMap(key => world.identities.get(identityText(key)) ?? [])),
  ]
  for (const [some, auto] of [
    [sure, true],
    [keys, false],
  ] as const) {
    const owners = ownersOf(some)
    const [one = '', ...others] = owners.sort()
    for (const other of others)
      world.proposals.push({ kind: input.kind, one, other, key: some[0]?.key ?? '', auto })
    // Two that are to be one: whichever of them it is now.
    if (owners.length === 1 || (auto && owners.length > 1)) {
      world.joined.push(...some.filter(key => world.identities.get(identityText(key)) === one))
      return one
    }
    if (owners.length > 1) return undefined
  }
  return undefined
}

/**
 * The working set of one fold: what is loaded, what is made, what changed. Everything it touches is read once and
 * written once, in set statements; the database is asked per batch, never per message.
 */
import type { Clock } from '../../kernel/clock.js'
import { newId } from '../../kernel/ids.js'
import type { JsonObject } from '../../kernel/json.js'
import type { Tx } from '../../ledger/engine/types.js'
import { type Blinding, findErasedLinks } from '../../ledger/erased-links.js'
import { effectsByToken, openCreations } from '../../ledger/find-effects.js'
import { findLinks, type LinkKey, linkKeyText } from '../../ledger/find-links.js'
import { survivorsOf } from '../../ledger/find-records.js'
import { type IdentityKey, identityRows, identityText } from '../../ledger/identity.js'
import type { LinkHead, LinkRow } from '../../ledger/schema.js'
import type { Reference } from '../../mapping/types.js'
import { connectionNamed, UNCLEAR } from '../config/place-of.js'
import type { TenantConfig } from '../config/types.js'
import { identityKeysOf, MOST_SERVED } from './identity-keys.js'
import { isReference, referencesIn } from './references.js'
import type { FoldInput } from './types.js'

export interface World {
  readonly tx: Tx
  readonly config: TenantConfig
  readonly clock: Clock
  readonly links: Map<string, LinkHead>
  readonly newLinks: Map<string, LinkRow>
  readonly newRecords: Map<string, string>
  readonly identities: Map<string, string>
  /** Identity keys that have served too many to mean anybody. */
  readonly spent: ReadonlySet<string>
  /** Records that are erased, as far as they were met: what is said of them is dropped. */
  readonly erased: Set<string>
  /** Keys that led something new to their record in this batch. */
  readonly joined: IdentityKey[]
  /** Identity keys that new records must win, or the batch is run again. */
  readonly claimed: Map<string, string>
  readonly tokens: Map<string, { readonly record: string; readonly delivery: string }>
  /** Records that inputs name and that were merged: who answers for them. */
  readonly survivors: ReadonlyMap<string, string>
  /** When the eldest creation under way there began, by `connection.resource`. */
  readonly openCreations: ReadonlyMap<string, number>
  readonly proposals: {
    readonly kind: string
    readonly one: string
    readonly other: string
    readonly key: string
    readonly auto?: boolean
  }[]
}

/** A world in which nothing is known yet: for work on whole records. */
export function bareWorld(tx: Tx, config: TenantConfig, clock: Clock): World {
  return {
    tx,
    config,
    clock,
    links: new Map(),
    newLinks: new Map(),
    newRecords: new Map(),
    identities: new Map(),
    spent: new Set(),
    erased: new Set(),
    joined: [],
    claimed: new Map(),
    tokens: new Map(),
    survivors: new Map(),
    openCreations: new Map(),
    proposals: [],
  }
}

/** Where a reference leads: its connection and resource. Undefined: nothing in the configuration fits. */
export function placeOf(
  config: TenantConfig,
  reference: Reference,
  speaking: string,
): { connection: string; resource: string } | undefined {
  const { of, kind } = reference.$reference
  const [system, resource] =
    of === undefined ? [undefined, undefined] : (of.split('.') as [string, string | undefined])
  const found =
    system === undefined
      ? { name: speaking }
      : connectionNamed(system, config.connections.get(speaking), config.connections.values())
  // What is unclear is an error of the check; nothing is guessed here.
  if (found === undefined || found === UNCLEAR) return undefined
  const place = resource ?? config.resourceOf(found.name, kind)
  return place === undefined ? undefined : { connection: found.name, resource: place }
}

export async function openWorld(
  tx: Tx,
  config: TenantConfig,
  clock: Clock,
  inputs: readonly FoldInput[],
  sealer?: Blinding,
): Promise<World> {
  const keys = new Map<string, LinkKey>()
  const add = (key: LinkKey) => keys.set(linkKeyText(key), key)
  const identityKeys: IdentityKey[] = []
  const tokens: string[] = []
  const named: string[] = []
  const creating: string[] = []
  for (const input of inputs) {
    const id = input.externalId ?? input.said.identity
    if (id !== undefined)
      add({ connection: input.connection, resource: input.resource, externalId: id, kind: input.kind })
    for (const reference of referencesIn(input.said.fields))
      addReference(config, reference, input.connection, add)
    const about = input.said.identityRef
    if (isReference(about)) addReference(config, about, input.connection, add)
    const keyed = typeof about === 'string' ? about : input.record
    if (id === undefined && keyed !== undefined) {
      add({ connection: input.connection, resource: input.resource, externalId: keyed, kind: input.kind })
    }
    for (const record of [keyed, input.record, input.said.ours]) if (record !== undefined) named.push(record)
    identityKeys.push(
      ...identityKeysOf(input.kind, input.said.match),
      ...identityKeysOf(input.kind, input.said.fields),
    )
    if (input.said.ours !== undefined) tokens.push(input.said.ours)
    if (input.record === undefined) creating.push(`${input.connection}.${input.resource}`)
  }
  const { tenant } = config
  const places = new Set(creating)
  const outbound = [...config.outbound.values()].some(flow =>
    places.has(`${flow.connection}.${flow.resource}`),
  )
  const [rows, identities, ours, opened, survivors, erased] = await Promise.all([
    findLinks(tx, tenant, [...keys.values()]),
    identityRows(tx, tenant, [...new Map(identityKeys.map(key => [identityText(key), key])).values()]),
    effectsByToken(tx, tenant, tokens),
    outbound ? openCreations(tx, tenant, creating) : new Map<string, number>(),
    survivorsOf(tx, tenant, named),
    findErasedLinks(tx, tenant, sealer, [...keys.values()]),
  ])
  rows.push(...(await linksKeyedByRecords(tx, config, inputs, rows)))
  return {
    tx,
    config,
    clock,
    links: new Map([...erased, ...rows.map(row => [rowKey(row), row] as const)]),
    newLinks: new Map(),
    newRecords: new Map(),
    identities: new Map(
      identities.flatMap(row => (row.served < MOST_SERVED ? [[identityText(row), row.record] as const] : [])),
    ),
    erased: new Set(),
    spent: new Set(identities.flatMap(row => (row.served < MOST_SERVED ? [] : [identityText(row)]))),
    joined: [],
    claimed: new Map(),
    tokens: ours,
    survivors,
    openCreations: opened,
    proposals: [],
  }
}

/** `identity: { ref }` of a vendor: the link is keyed by the record that the reference leads to. */
async function linksKeyedByRecords(
  tx: Tx,
  config: TenantConfig,
  inputs: readonly FoldInput[],
  known: readonly LinkHead[],
): Promise<LinkHead[]> {
  const byKey = new Map(known.map(row => [rowKey(row), row]))
  const keys = inputs.flatMap(({ said, connection, resource, kind }): LinkKey[] => {
    if (!isReference(said.identityRef)) return []
    const place = placeOf(config, said.identityRef, connection)
    const { id, kind: of } = said.identityRef.$reference
    const link = place && byKey.get(linkKeyText({ ...place, externalId: id, kind: of }))
    return link ? [{ connection, resource, externalId: link.record, kind }] : []
  })
  return findLinks(tx, config.tenant, keys)
}

function addReference(
  config: TenantConfig,
  reference: Reference,
  speaking: string,
  add: (key: LinkKey) => void,
): void {
  const place = placeOf(config, reference, speaking)
  if (place) add({ ...place, externalId: reference.$reference.id, kind: reference.$reference.kind })
}

export const rowKey = (row: LinkHead) =>
  linkKeyText({
    connection: row.connection,
    resource: row.resource,
    externalId: row.external_id,
    kind: row.kind,
  })

export function findLink(world: World, key: LinkKey): LinkHead | undefined {
  const text = linkKeyText(key)
  return world.newLinks.get(text) ?? world.links.get(text)
}

export function makeLink(
  world: World,
  key: LinkKey,
  record: string,
  delivery: string | null = null,
): LinkRow {
  const row: LinkRow = {
    tenant: world.config.tenant,
    id: newId('link', world.clock),
    connection: key.connection,
    resource: key.resource,
    external_id: key.externalId,
    kind: key.kind,
    record,
    state: 'active',
    image: {},
    last: null,
    delivery,
    keep: null,
    created_at: world.clock.now(),
  }
  world.newLinks.set(linkKeyText(key), row)
  return row
}

/** The identity keys of some fields that may mean somebody. */
export function keysOf(world: World, kind: string, fields: JsonObject): IdentityKey[] {
  return identityKeysOf(kind, fields, world.config.ignoredIdentities).filter(
    key => !world.spent.has(identityText(key)),
  )
}

export function makeRecord(world: World, kind: string): string {
  const id = newId(kind, world.clock)
  world.newRecords.set(id, kind)
  return id
}

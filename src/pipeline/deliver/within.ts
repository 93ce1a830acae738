/**
 * Things inside other things (attendees in an event): made with the id of another thing of the same record, and with
 * no way to be moved. When that other thing is made anew, they died with the old one and are made anew too.
 */
import type { ResourceAbility } from '../../connector/types.js'
import { fingerprint } from '../../kernel/json.js'
import type { Claimed } from '../../ledger/claim-due.js'
import type { OutEnv } from '../../mapping/types.js'
import type { VendorFlow } from '../config/types.js'

/** Member of a row's `keep`; no manifest's word can be this. */
export const WITHIN = '$within'

/**
 * What the thing of this row is inside of, as it is now; undefined where it is inside of nothing. A message cannot be
 * taken back and what can be updated is told of the new id: neither dies with what it names.
 */
export function withinMark(
  flow: VendorFlow,
  record: string,
  ability: Pick<ResourceAbility, 'verbs'>,
  external: OutEnv['external'],
): string | undefined {
  const can = (verb: ResourceAbility['verbs'][number]) => ability.verbs.includes(verb)
  if (flow.once || flow.everyChange || !can('create') || !can('delete') || can('update') || can('put'))
    return undefined
  const holders = flow.mapping.externals.flatMap(({ of, resource, missing }) =>
    of === 'self' && missing === 'wait' && resource !== flow.resource
      ? [external(record, resource) ?? null]
      : [],
  )
  return holders.length === 0 || holders.includes(null) ? undefined : fingerprint(holders)
}

/** True where the thing was made inside of something else than what is there now. */
export function diedWithin(row: Claimed, mark: string | undefined): boolean {
  const held = row.keep?.[WITHIN]
  return row.external_id !== null && mark !== undefined && held !== undefined && held !== mark
}

/** The row as if its thing had never been made. */
export function withoutThing(row: Claimed): Claimed {
  return { ...row, external_id: null, fingerprint: null, sent: null, keep: null }
}

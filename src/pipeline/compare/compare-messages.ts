/**
 * One page of stored messages under the mappings of a configuration: which of them would say something else than
 * they said, about which records, and which items would be refused or taken that were not. Read-only.
 */

import { linkKeyText } from '../../ledger/find-links.js'
import { heldSayings, saidInMessages } from '../../ledger/find-sayings.js'
import { pageMessages } from '../../ledger/page-messages.js'
import type { MessageRow, Verdict } from '../../ledger/schema.js'
import type { TenantConfig } from '../config/types.js'
import type { Parts } from '../parts.js'
import { itemKey, keyOfSaying, type ReadAgain, readAgain } from './read-again.js'
import type { Scope } from './scope.js'

export interface Turned {
  readonly item: number
  readonly flow: string
  readonly from: Verdict['verdict'] | 'nothing'
  readonly to: Verdict['verdict'] | 'nothing'
  /** Why it is refused now, or was refused before. */
  readonly code?: string
  readonly detail?: string
  readonly where?: Verdict['where']
}

export interface Different {
  readonly id: string
  /** Ids of records of which its sayings change; of those that would be made, the key of their first link. */
  readonly records: readonly string[]
  readonly turned: readonly Turned[]
}

export interface ComparedMessages {
  readonly scanned: number
  /** The last id of the page; undefined = it was the last page. */
  readonly next: string | undefined
  readonly different: readonly Different[]
}

/** Messages of one read-only transaction: the one connection of an embedded ledger is free again after some milliseconds. */
export const PAGE = 64

export async function compareMessages(
  parts: Pick<Parts, 'ledger' | 'clock' | 'sealer'>,
  config: TenantConfig,
  scope: Scope,
  { since, after }: { readonly since: number; readonly after: string },
): Promise<ComparedMessages> {
  const { tenant } = config
  return parts.ledger.transaction(async tx => {
    await tx.query('set transaction read only')
    const messages = await pageMessages(tx, tenant, { places: scope.flows, since }, after, PAGE)
    const again = await readAgain(tx, parts, config, scope, messages)
    const ids = messages.map(message => message.id)
    const before = await saidInMessages(tx, tenant, ids, scope.flows)
    const keys = again.said.map(({ link, id }) => ({ link: link.id, id }))
    const held = new Set((await heldSayings(tx, tenant, keys)).map(keyOfSaying))
    const now = new Set(keys.map(keyOfSaying))
    const records = new Map<string, Set<string>>()
    const note = (message: string | null, record: string) => {
      if (message === null) return
      const known = records.get(message) ?? new Set<string>()
      records.set(message, known.add(record))
    }
    for (const row of before) if (!now.has(keyOfSaying(row))) note(row.message, row.record)
    for (const { message, link, id, record } of again.said)
      if (!held.has(keyOfSaying({ link: link.id, id }))) note(message, subjectOf(again, record, link))
    const different = messages.flatMap((message): Different[] => {
      const turned = turnedIn(message, again, scope)
      const said = [...(records.get(message.id) ?? [])]
      return said.length + turned.length === 0 ? [] : [{ id: message.id, records: said, turned }]
    })
    return {
      scanned: messages.length,
      next: messages.length < PAGE ? undefined : messages.at(-1)?.id,
      different,
    }
  })
}

/** A record by its id; one that is only made here by what names its thing over there. */
export function subjectOf(
  { world }: Pick<ReadAgain, 'world'>,
  record: string,
  link: {
    readonly connection: string
    readonly resource: string
    readonly external_id: string
    readonly kind: string
  },
): string {
  if (!world.newRecords.has(record)) return record
  const { connection, resource, external_id: externalId, kind } = link
  return linkKeyText({ connection, resource, externalId, kind })
}

const REFUSED = new Set<string>(['invalid', 'defect'])
/** Folding anew finds nothing new: the same news. */
const plain = (verdict: Verdict | undefined): Turned['from'] =>
  verdict === undefined ? 'nothing' : verdict.verdict === 'unchanged' ? 'folded' : verdict.verdict

function turnedIn(message: MessageRow, { verdicts, closed }: ReadAgain, scope: Scope): Turned[] {
  const after = verdicts.get(message.id) ?? []
  const flows = new Set(scope.flows.map(flow => flow.id))
  const keyOf = ({ item, flow }: Verdict) => `${item}\n${flow}`
  const before = new Map(message.verdicts.map(verdict => [keyOf(verdict), verdict]))
  const now = new Map(after.map(verdict => [keyOf(verdict), verdict]))
  const turned: Turned[] = []
  for (const key of new Set([...before.keys(), ...now.keys()])) {
    const old = before.get(key)
    const fresh = now.get(key)
    const flow = fresh?.flow ?? old?.flow ?? ''
    if (flow !== '' && !flows.has(flow)) continue
    // An item that nobody took, or that could not be read at all, has its verdict under no flow.
    const was = plain(old ?? before.get(`${fresh?.item}\n`))
    const is = plain(fresh)
    if (was === is || (flow === '' && !fresh) || (fresh && closed.has(itemKey(message.id, fresh)))) continue
    const reason = REFUSED.has(is) ? fresh : old
    turned.push({
      item: fresh?.item ?? old?.item ?? 0,
      flow,
      from: was,
      to: is,
      ...(reason?.code === undefined ? {} : { code: reason.code }),
      ...(reason?.detail === undefined ? {} : { detail: reason.detail }),
      ...(reason?.where === undefined ? {} : { where: reason.where }),
    })
  }
  return turned
}

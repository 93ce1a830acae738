/** Merge proposals: pages of them, and what was decided. What was decided stays so. */
import { texts } from './engine/parameters.js'
import type { Querying, Tx } from './engine/types.js'
import { clause, filtered } from './filter.js'
import { type MergeProposalRow, mergeProposals } from './schema.js'
import { selectRows } from './table.js'

export interface ProposalFilter {
  readonly state?: string | undefined
  readonly kind?: string | undefined
  readonly record?: string | undefined
  /** Id of the last proposal of the page before. */
  readonly before?: string | undefined
  readonly limit: number
}

export async function listProposals(
  ledger: Querying,
  tenant: string,
  filter: ProposalFilter,
): Promise<MergeProposalRow[]> {
  const { where, params } = filtered(tenant, [
    clause('t.state = :value', filter.state),
    clause('t.kind = :value', filter.kind),
    clause('(t.first = :value or t.second = :value)', filter.record),
    clause('t.id < :value', filter.before),
  ])
  params.push(filter.limit)
  return selectRows(ledger, mergeProposals, `${where} order by t.id desc limit $${params.length}`, params)
}

export async function findProposal(
  tx: Querying,
  tenant: string,
  id: string,
): Promise<MergeProposalRow | undefined> {
  const [row] = await selectRows(tx, mergeProposals, 'where t.tenant = $1 and t.id = $2', [tenant, id])
  return row
}

/** Pairs that keys of `auto_merge` led to, oldest first. */
export async function autoProposals(
  ledger: Querying,
  tenants: readonly string[],
  most: number,
): Promise<MergeProposalRow[]> {
  return selectRows(
    ledger,
    mergeProposals,
    `where t.tenant = any($1::text[]) and t.auto and t.state = 'open' order by t.id limit $2`,
    [texts(tenants), most],
  )
}

/** Decides all open proposals of a pair, whatever key led to them. */
export async function decideProposals(
  tx: Querying,
  tenant: string,
  pair: readonly [string, string],
  state: 'accepted' | 'rejected',
  by: string,
  now: number,
): Promise<void> {
  const [first, second] = [...pair].sort()
  await tx.query(
    `update hrhub.merge_proposals set state = $4, decided_by = $5, decided_at = $6
     where tenant = $1 and first = $2 and second = $3 and state = 'open'`,
    [tenant, first, second, state, by, new Date(now)],
  )
}

/** After an un-merge: keys that led to the pair may not lead to it again. */
export async function reverseProposals(
  tx: Tx,
  tenant: string,
  pair: readonly [string, string],
  by: string,
  now: number,
): Promise<void> {
  const [first, second] = [...pair].sort()
  await tx.query(
    `update hrhub.merge_proposals set state = 'rejected', decided_by = $4, decided_at = $5
     where tenant = $1 and first = $2 and second = $3`,
    [tenant, first, second, by, new Date(now)],
  )
}

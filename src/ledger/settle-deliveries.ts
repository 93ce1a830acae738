/**
 * Settles claimed rows: outcome, effect, attempts, in sets. The same statement learns whether the row has been
 * wanted anew meanwhile, so a change during a call is never lost between two looks.
 */

import type { Tx } from './engine/types.js'
import { type AttemptRow, attempts, type DeliveryRow, deliveries, type EffectRow, effects } from './schema.js'
import { asRows, bigint, encoded, insertRows, nullable, table, unnested, updateRows } from './table.js'
import type { Due } from './want-deliveries.js'

export type SettledRow = Pick<
  DeliveryRow,
  | 'tenant'
  | 'id'
  | 'claim'
  | 'state'
  | 'because'
  | 'done'
  | 'external_id'
  | 'due_at'
  | 'open'
  | 'tries'
  | 'fingerprint'
  | 'sent'
  | 'keep'
  | 'last_error'
  | 'updated_at'
  | 'wants'
> & {
  /** Wanted beyond this while we worked: due again at once. Null = whatever is wanted, a person or a time decides. */
  readonly above: number | null
}

const COLUMNS = [
  'tenant',
  'id',
  'claim',
  'state',
  'because',
  'done',
  'external_id',
  'due_at',
  'open',
  'tries',
  'fingerprint',
  'sent',
  'keep',
  'last_error',
  'updated_at',
  'wants',
  'above',
] as const
const settling = table('deliveries', { ...deliveries.columns, above: nullable(bigint) })

const AGAIN = 'v.above is not null and t.wanted > v.above'
const SETTLE = `update hrhub.deliveries t set
    claim = null, lease_until = null, done = v.done, external_id = v.external_id, open = v.open, tries = v.tries,
    fingerprint = v.fingerprint, sent = v.sent, keep = v.keep, last_error = v.last_error, updated_at = v.updated_at,
    wants = case when ${AGAIN} then t.wants else v.wants end, state = case when ${AGAIN} then 'waiting' else v.state end,
    because = case when ${AGAIN} then 'due' else v.because end,
    due_at = case when ${AGAIN} then v.updated_at else v.due_at end
  from ${unnested(settling, COLUMNS)} where t.tenant = v.tenant and t.id = v.id and t.claim = v.claim
  returning t.id, t.connection, t.due_at`

/** @returns rows due again, and the ids that were still ours; a lost claim leaves the row to whoever has it now */
export async function settleDeliveries(
  tx: Tx,
  rows: readonly SettledRow[],
): Promise<{ readonly due: Due[]; readonly ours: Set<string> }> {
  if (rows.length === 0) return { due: [], ours: new Set() }
  const sorted = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1))
  const written = await tx.query(
    { name: 'settle_deliveries', text: SETTLE },
    encoded(settling, COLUMNS, sorted),
  )
  const settled = asRows(deliveries, written.rows)
  return {
    due: settled.flatMap(({ id, connection, due_at }) =>
      due_at === null ? [] : [{ id, connection, due_at }],
    ),
    ours: new Set(settled.map(row => row.id)),
  }
}

export type SettledEffect = Pick<EffectRow, 'tenant' | 'delivery' | 'n' | 'state' | 'doubt' | 'ended_at'> & {
  /** Null = as it was written before its last call: nobody goes on with what has ended. */
  readonly progress: Buffer | null
}

export async function closeEffects(tx: Tx, rows: readonly SettledEffect[]): Promise<void> {
  const key = ['tenant', 'delivery', 'n'] as const
  const open = rows.flatMap(({ progress, ...row }) => (progress ? [{ ...row, progress }] : []))
  const ended = rows.filter(row => !row.progress)
  await Promise.all([
    updateRows(tx, effects, key, ['state', 'doubt', 'progress', 'ended_at'], open),
    updateRows(tx, effects, key, ['state', 'doubt', 'ended_at'], ended),
  ])
}

export async function insertAttempts(tx: Tx, rows: readonly AttemptRow[]): Promise<void> {
  await insertRows(
    tx,
    attempts,
    ['tenant', 'delivery', 'n', 'try', 'step', 'at', 'took_ms', 'outcome', 'code', 'status', 'detail'],
    rows,
    'on conflict do nothing',
  )
}

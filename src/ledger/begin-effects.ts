/** Writes effects down before their calls: number, verb, token, exact bytes. From here on they must find an end. */
import { texts } from './engine/parameters.js'
import type { Querying, Tx } from './engine/types.js'
import { deliveries, type EffectRow, effects } from './schema.js'
import { insertRows, selectRows, updateRows } from './table.js'

const COLUMNS = [
  'tenant',
  'delivery',
  'n',
  'verb',
  'wanted',
  'token',
  'progress',
  'doubt',
  'state',
  'config',
  'begun_at',
  'ended_at',
] as const

/** @returns ids of deliveries that are still ours; an effect of a lost claim is not begun */
export async function beginEffects(
  tx: Tx,
  rows: readonly (EffectRow & { readonly claim: string })[],
): Promise<Set<string>> {
  const held = await updateRows<
    (typeof deliveries)['columns'],
    'tenant' | 'id' | 'effect' | 'open' | 'fingerprint' | 'claim',
    { id: string }
  >(
    tx,
    deliveries,
    ['tenant', 'id', 'claim'],
    ['effect', 'open', 'fingerprint'],
    [...rows]
      .sort((a, b) => (a.delivery < b.delivery ? -1 : 1))
      .map(row => ({
        tenant: row.tenant,
        id: row.delivery,
        effect: row.n,
        open: true,
        fingerprint: null,
        claim: row.claim,
      })),
    { returning: 't.id' },
  )
  const ours = new Set(held.map(row => row.id))
  await insertRows(
    tx,
    effects,
    COLUMNS,
    rows.filter(row => ours.has(row.delivery)),
  )
  return ours
}

/** A step's answer, before the next step is called: a crash between two goes on where it was. */
export async function saveProgress(
  tx: Querying,
  rows: readonly Pick<EffectRow, 'tenant' | 'delivery' | 'n' | 'progress' | 'doubt'>[],
): Promise<void> {
  await updateRows(tx, effects, ['tenant', 'delivery', 'n'], ['progress', 'doubt'], rows)
}

export async function openEffects(
  tx: Querying,
  tenant: string,
  ids: readonly string[],
): Promise<EffectRow[]> {
  if (ids.length === 0) return []
  return selectRows(
    tx,
    effects,
    `where t.tenant = $1 and t.delivery = any($2::text[]) and t.state = 'open'`,
    [tenant, texts(ids)],
  )
}

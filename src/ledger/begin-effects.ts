/** Writes effects down before their calls: number, verb, token, exact bytes. From here on they must find an end. */
import { texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'
import { type EffectRow, effects } from './schema.js'
import { encoded, nullable, selectRows, table, text, unnested } from './table.js'

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

const beginning = table('effects', { ...effects.columns, claim: text })
const ALL = [...COLUMNS, 'claim'] as const
/** One statement, so one commit of its own and one way there and back. */
const BEGIN = `with v as materialized (select * from ${unnested(beginning, ALL)}),
  held as (
    update hrhub.deliveries t set effect = v.n, open = true, fingerprint = null
    from v where t.tenant = v.tenant and t.id = v.delivery and t.claim = v.claim returning t.id)
  insert into hrhub.effects (${COLUMNS.join(', ')})
  select ${COLUMNS.map(name => `v.${name}`).join(', ')} from v where v.delivery in (select id from held)
  returning delivery`

/** @returns ids of deliveries that are still ours; an effect of a lost claim is not begun */
export async function beginEffects(
  tx: Querying,
  rows: readonly (EffectRow & { readonly claim: string })[],
): Promise<Set<string>> {
  if (rows.length === 0) return new Set()
  const sorted = [...rows].sort((a, b) => (a.delivery < b.delivery ? -1 : 1))
  const begun = await tx.query<{ delivery: string }>(
    { name: 'begin_effects', text: BEGIN },
    encoded(beginning, ALL, sorted),
  )
  return new Set(begun.rows.map(row => row.delivery))
}

export type SavedProgress = Pick<EffectRow, 'tenant' | 'delivery' | 'n' | 'progress' | 'doubt'> & {
  /** Null = a person answers for a row that nobody works on. */
  readonly claim: string | null
}

const SAVED = ['tenant', 'delivery', 'n', 'progress', 'doubt', 'claim'] as const
const saving = table('effects', { ...effects.columns, claim: nullable(text) })
const SAVE = `with v as materialized (select * from ${unnested(saving, SAVED)}),
  held as (
    select t.id from hrhub.deliveries t join v on t.tenant = v.tenant and t.id = v.delivery
    where t.claim is not distinct from v.claim order by t.id for update of t)
  update hrhub.effects e set progress = v.progress, doubt = v.doubt from v
  where e.tenant = v.tenant and e.delivery = v.delivery and e.n = v.n and v.delivery in (select id from held)
  returning e.delivery`

/**
 * A step's answer, before the next step is called: a crash between two goes on where it was.
 * @returns ids of deliveries that are still ours; who lost the claim sends nothing more
 */
export async function saveProgress(tx: Querying, rows: readonly SavedProgress[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set()
  const saved = await tx.query<{ delivery: string }>(
    { name: 'save_progress', text: SAVE },
    encoded(saving, SAVED, rows),
  )
  return new Set(saved.rows.map(row => row.delivery))
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

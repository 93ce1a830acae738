/** Pages of effects, newest delivery first and newest effect of each first; their bytes stay sealed. */
import { texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'
import { clause, filtered } from './filter.js'
import { type AttemptRow, attempts, type DeliveryRow, type EffectRow, effects } from './schema.js'
import { asRows, selectRows } from './table.js'

export interface EffectFilter {
  readonly state?: string | undefined
  readonly verb?: string | undefined
  readonly delivery?: string | undefined
  readonly connection?: string | undefined
  readonly flow?: string | undefined
  readonly record?: string | undefined
  /** Code of an attempt of it. */
  readonly code?: string | undefined
  readonly before?: { readonly delivery: string; readonly n: number } | undefined
  readonly limit: number
}

export type EffectHead = Omit<EffectRow, 'progress' | 'token'> &
  Pick<DeliveryRow, 'flow' | 'connection' | 'resource' | 'record'>

const { progress: _progress, token: _token, ...columns } = effects.columns
const names = Object.keys(columns)
  .map(name => `t.${name}`)
  .join(', ')
const SELECT = `select ${names}, d.flow, d.connection, d.resource, d.record from hrhub.effects t
  join hrhub.deliveries d on d.tenant = t.tenant and d.id = t.delivery`

export async function listEffects(
  ledger: Querying,
  tenant: string,
  filter: EffectFilter,
): Promise<EffectHead[]> {
  const { where, params } = filtered(tenant, [
    clause('t.state = :value', filter.state),
    clause('t.verb = :value', filter.verb),
    clause('t.delivery = :value', filter.delivery),
    clause('d.connection = :value', filter.connection),
    clause('d.flow = :value', filter.flow),
    clause('d.record = :value', filter.record),
    clause(
      `exists (select from hrhub.attempts a where a.tenant = t.tenant and a.delivery = t.delivery and a.n = t.n and a.code = :value)`,
      filter.code,
    ),
  ])
  if (filter.before) {
    params.push(filter.before.delivery, filter.before.n)
    const at = params.length
    return page(
      ledger,
      `${SELECT} ${where} and (t.delivery, t.n) < ($${at - 1}, $${at}::int)`,
      params,
      filter.limit,
    )
  }
  return page(ledger, `${SELECT} ${where}`, params, filter.limit)
}

async function page(ledger: Querying, sql: string, params: unknown[], limit: number): Promise<EffectHead[]> {
  params.push(limit)
  const { rows } = await ledger.query<Record<string, unknown>>(
    `${sql} order by t.delivery desc, t.n desc limit $${params.length}`,
    params,
  )
  return asRows({ name: 'effects', columns }, rows) as unknown as EffectHead[]
}

export async function findEffect(
  ledger: Querying,
  tenant: string,
  delivery: string,
  n: number,
): Promise<EffectHead | undefined> {
  const { rows } = await ledger.query<Record<string, unknown>>(
    `${SELECT} where t.tenant = $1 and t.delivery = $2 and t.n = $3`,
    [tenant, delivery, n],
  )
  return (asRows({ name: 'effects', columns }, rows) as unknown as EffectHead[])[0]
}

/** The last effect of each of some deliveries. */
export async function lastEffects(
  ledger: Querying,
  tenant: string,
  deliveries: readonly string[],
): Promise<ReadonlyMap<string, EffectHead>> {
  if (deliveries.length === 0) return new Map()
  const { rows } = await ledger.query<Record<string, unknown>>(
    {
      name: 'last_effects',
      text: `${SELECT} where t.tenant = $1 and t.delivery = any($2::text[]) and t.n = d.effect`,
    },
    [tenant, texts(deliveries)],
  )
  const last = asRows({ name: 'effects', columns }, rows) as unknown as EffectHead[]
  return new Map(last.map(effect => [effect.delivery, effect]))
}

/** Attempts of one effect, oldest first. */
export async function attemptsOfEffect(
  ledger: Querying,
  tenant: string,
  delivery: string,
  n: number,
  most: number,
): Promise<AttemptRow[]> {
  return selectRows(
    ledger,
    attempts,
    'where t.tenant = $1 and t.delivery = $2 and t.n = $3 order by t.try, t.at limit $4',
    [tenant, delivery, n, most],
  )
}

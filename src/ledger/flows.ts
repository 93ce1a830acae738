/**
 * The flows a ledger knows: when each first started (changes before that are not its business), under which
 * version its rows were judged, and what it was called before.
 */
import { texts } from './engine/parameters.js'
import type { Tx } from './engine/types.js'

export interface FlowStart {
  readonly flow: string
  readonly version: string
  /** Earlier ids: renaming a flow resends nothing. */
  readonly was: readonly string[]
}

export interface FlowsStarted {
  /** Started for the first time. */
  readonly fresh: readonly string[]
  /** Their words or mappings changed since the last start. */
  readonly changed: readonly string[]
}

export async function startFlows(
  tx: Tx,
  tenant: string,
  starts: readonly FlowStart[],
  now: number,
): Promise<FlowsStarted> {
  if (starts.length === 0) return { fresh: [], changed: [] }
  for (const { flow, was } of starts) {
    if (was.length === 0) continue
    const renamed = await tx.query(
      `update hrhub.flows set flow = $2 where tenant = $1 and flow = any($3::text[])
       and not exists (select from hrhub.flows f where f.tenant = $1 and f.flow = $2)`,
      [tenant, flow, texts(was)],
    )
    if (renamed.rowCount > 0)
      await tx.query('update hrhub.deliveries set flow = $2 where tenant = $1 and flow = any($3::text[])', [
        tenant,
        flow,
        texts(was),
      ])
  }
  const names = starts.map(start => start.flow)
  const known = await tx.query<{ flow: string; version: string }>(
    'select flow, version from hrhub.flows where tenant = $1 and flow = any($2::text[]) for update',
    [tenant, texts(names)],
  )
  const versions = new Map(known.rows.map(row => [row.flow, row.version]))
  await tx.query(
    `insert into hrhub.flows (tenant, flow, since, version, started_at)
     select $1, f, (select last_value from hrhub.change_seq), v, $4 from unnest($2::text[], $3::text[]) as s(f, v)
     on conflict (tenant, flow) do update set version = excluded.version`,
    [tenant, texts(names), texts(starts.map(start => start.version)), new Date(now)],
  )
  return {
    fresh: names.filter(name => !versions.has(name)),
    changed: starts.flatMap(({ flow, version }) =>
      versions.has(flow) && versions.get(flow) !== version ? [flow] : [],
    ),
  }
}

/**
 * Judges the rows of changed flows anew, and those that a mapping or expression had parked. Once-rows that had
 * their effect stay as they are; the fingerprint keeps unchanged bodies from being sent.
 */
export async function rewantFlows(
  tx: Tx,
  tenant: string,
  flows: readonly string[],
  once: readonly string[],
  now: number,
): Promise<number> {
  if (flows.length === 0) return 0
  const { rowCount } = await tx.query(
    `update hrhub.deliveries set wanted = nextval('hrhub.change_seq'), due_at = $3, state = 'waiting', because = 'due', updated_at = $3
     where tenant = $1 and flow = any($2::text[]) and not open and claim is null and change is null
       and (state in ('delivered', 'held') or (state = 'parked' and because = 'mapping'))
       and not (flow = any($4::text[]) and (effect > 0 or done > 0))`,
    [tenant, texts(flows), new Date(now), texts(once)],
  )
  return rowCount
}

/**
 * The flows a ledger knows: when each first started (changes before that are not its business), under which
 * version its rows were judged, and what it was called before.
 */
import { texts } from './engine/parameters.js'
import type { Querying, Tx } from './engine/types.js'

export interface FlowStart {
  readonly flow: string
  readonly version: string
  /** Earlier ids: renaming a flow resends nothing. */
  readonly was: readonly string[]
  /** It wants the past too: until all of that is planned, every start goes on with it. */
  readonly backfill: boolean
}

/** Version of a flow whose past is not all planned, and of one that is not in the configuration just now. */
const BACKFILLING = 'backfilling'
const ABSENT = 'absent'

export interface FlowsStarted {
  /** Started for the first time, or with a past that is not all planned yet. */
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
  await tx.query(
    'update hrhub.flows set version = $3 where tenant = $1 and not (flow = any($2::text[])) and version <> $4',
    [tenant, texts(names), ABSENT, BACKFILLING],
  )
  if (starts.length === 0) return { fresh: [], changed: [] }
  const known = await tx.query<{ flow: string; version: string }>(
    'select flow, version from hrhub.flows where tenant = $1 and flow = any($2::text[]) for update',
    [tenant, texts(names)],
  )
  const versions = new Map(known.rows.map(row => [row.flow, row.version]))
  const unfinished = (name: string) => versions.get(name) === BACKFILLING
  const written = starts.map(({ flow, version, backfill }) =>
    backfill && (!versions.has(flow) || unfinished(flow)) ? BACKFILLING : version,
  )
  await tx.query(
    `insert into hrhub.flows (tenant, flow, since, version, started_at)
     select $1, f, (select last_value from hrhub.change_seq), v, $4 from unnest($2::text[], $3::text[]) as s(f, v)
     on conflict (tenant, flow) do update set version = excluded.version`,
    [tenant, texts(names), texts(written), new Date(now)],
  )
  return {
    fresh: names.filter(name => !versions.has(name) || unfinished(name)),
    changed: starts.flatMap(({ flow, version }) =>
      versions.has(flow) && versions.get(flow) !== version ? [flow] : [],
    ),
  }
}

/** All of the past is planned. */
export async function endBackfill(tx: Tx, tenant: string, flow: string, version: string): Promise<void> {
  await tx.query('update hrhub.flows set version = $3 where tenant = $1 and flow = $2 and version = $4', [
    tenant,
    flow,
    version,
    BACKFILLING,
  ])
}

/**
 * Rows of a flow that now leads elsewhere have nothing there yet: an id of one system is never used in another. A
 * row with an open effect moves after its end.
 * @param id only this row, which the caller holds
 */
export async function moveDeliveries(
  ledger: Querying,
  tenant: string,
  flow: { readonly id: string; readonly connection: string; readonly resource: string },
  id?: string,
): Promise<void> {
  await ledger.query(
    `update hrhub.deliveries set connection = $3, resource = $4, external_id = null, fingerprint = null, sent = null, keep = null
     where tenant = $1 and flow = $2 and (connection <> $3 or resource <> $4) and not open
       and case when $5::text is null then claim is null else id = $5 end`,
    [tenant, flow.id, flow.connection, flow.resource, id ?? null],
  )
}

/** Rests that come from what the flow was or was not; a person's own decisions stay. */
const OF_THE_FLOW = `(state in ('delivered', 'held') or (state = 'waiting' and because = 'link')
  or (state = 'parked' and because = 'mapping') or (state in ('parked', 'cancelled') and because = 'the flow is gone'))`
const FREE = `(claim is null and (not open or because = 'the flow is gone'))`

/**
 * Judges the rows of changed flows anew, and those that a mapping or expression had parked; who works on one sees
 * that it was wanted anew. Once-rows that had their effect stay as they are; the fingerprint keeps unchanged bodies
 * from being sent.
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
    `update hrhub.deliveries set wanted = nextval('hrhub.change_seq'), updated_at = $3,
       due_at = case when ${FREE} then $3 else due_at end, state = case when ${FREE} then 'waiting' else state end,
       because = case when ${FREE} then 'due' else because end
     where tenant = $1 and flow = any($2::text[]) and change is null and (not ${FREE} or ${OF_THE_FLOW})
       and not (flow = any($4::text[]) and (effect > 0 or done > 0))`,
    [tenant, texts(flows), new Date(now), texts(once)],
  )
  return rowCount
}

/**
 * Answers kept under a caller's key (table `idempotency`): the same request again gets the same answer, a crash
 * in between is picked up with the time of the first try, so that what was said is said once.
 */
import type { Json, JsonObject } from '../kernel/json.js'
import { isObject } from '../kernel/json.js'
import { jsonb } from './engine/parameters.js'
import type { Querying } from './engine/types.js'

/** Vendors' clients repeat for hours, not for days. */
const KEEP_MS = 24 * 60 * 60_000
/** A first try that has not answered by then is taken to be dead. */
const OPEN_MS = 60_000

export type Claimed =
  /** Ours to do. @see startedAt the time of the very first try */
  | { readonly is: 'mine'; readonly startedAt: number }
  | { readonly is: 'answered'; readonly answer: Json }
  | { readonly is: 'open' }
  | { readonly is: 'different' }

/** @param fingerprint of the request: the same key with another one is refused */
export async function claimAnswer(
  ledger: Querying,
  tenant: string,
  key: string,
  fingerprint: string,
  now: number,
): Promise<Claimed> {
  const { rows } = await ledger.query<{ mine: boolean; fingerprint: string; answer: JsonObject }>(
    `with old as (select fingerprint, answer, at from hrhub.idempotency where tenant = $1 and key = $2),
     put as (
       insert into hrhub.idempotency as t (tenant, key, fingerprint, answer, at)
       values ($1, $2, $3, jsonb_build_object('started_at', $5::bigint), $4)
       on conflict (tenant, key) do update
         set at = excluded.at, fingerprint = excluded.fingerprint,
             answer = case when t.at < $6 then excluded.answer else t.answer end
         where t.at < $6 or (t.fingerprint = excluded.fingerprint and t.answer ? 'started_at' and t.at < $7)
       returning fingerprint, answer)
     select true as mine, fingerprint, answer from put
     union all select false, fingerprint, answer from old where not exists (select from put)`,
    [tenant, key, fingerprint, new Date(now), now, new Date(now - KEEP_MS), new Date(now - OPEN_MS)],
  )
  const row = rows[0]
  // Written by another request between the two looks of the statement: its answer is on the way.
  if (!row) return { is: 'open' }
  const startedAt = row.answer['started_at']
  if (row.mine) return { is: 'mine', startedAt: typeof startedAt === 'number' ? startedAt : now }
  if (row.fingerprint !== fingerprint) return { is: 'different' }
  return isObject(row.answer) && 'answer' in row.answer
    ? { is: 'answered', answer: row.answer['answer'] ?? null }
    : { is: 'open' }
}

export async function keepAnswer(ledger: Querying, tenant: string, key: string, answer: Json): Promise<void> {
  await ledger.query('update hrhub.idempotency set answer = $3::jsonb where tenant = $1 and key = $2', [
    tenant,
    key,
    jsonb({ answer }),
  ])
}

/** The try failed without an answer: the next one takes over at once, with the time of the first. */
export async function loosenAnswer(
  ledger: Querying,
  tenant: string,
  key: string,
  now: number,
): Promise<void> {
  await ledger.query(
    `update hrhub.idempotency set at = $3 where tenant = $1 and key = $2 and answer ? 'started_at'`,
    [tenant, key, new Date(now - OPEN_MS - 1000)],
  )
}

export async function forgetAnswers(ledger: Querying, now: number): Promise<void> {
  await ledger.query('delete from hrhub.idempotency where at < $1', [new Date(now - KEEP_MS)])
}

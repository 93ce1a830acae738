/** Reads a kept answer without claiming its key: how far an operation is. */
import { isObject, type Json } from '../kernel/json.js'
import type { Querying } from './engine/types.js'

/** @returns undefined where nothing is kept under the key, or its first try has not answered */
export async function findAnswer(ledger: Querying, tenant: string, key: string): Promise<Json | undefined> {
  const { rows } = await ledger.query<{ answer: Json }>(
    'select answer from hrhub.idempotency where tenant = $1 and key = $2',
    [tenant, key],
  )
  const kept = rows[0]?.answer
  return isObject(kept) ? (kept['answer'] as Json | undefined) : undefined
}

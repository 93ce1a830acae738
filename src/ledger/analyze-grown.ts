/**
 * Tables that grew manifold within minutes get new statistics at once: a statement that was planned over an empty table
 * reads all of it each time, and nobody looks before autovacuum does (embedded, before upkeep does).
 */
import { texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'

/** What a fold writes and reads, a row or more for each thing. */
const TABLES = ['links', 'records', 'identity_keys', 'sayings', 'changes', 'refs', 'deliveries']
/** Statistics of a quarter of the rows still lead to the same plans. */
const GROWN = 4

/**
 * @param rows that were written lately: tables whose statistics know of far fewer are looked at
 * @returns the tables that were
 */
export async function analyzeGrown(ledger: Querying, rows: number): Promise<string[]> {
  const { rows: found } = await ledger.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'hrhub' and c.relname = any($1::text[])
       and greatest(c.reltuples, 0) * $2 < $3 order by c.relname`,
    [texts(TABLES), GROWN, rows],
  )
  for (const { name } of found) await ledger.query(`analyze hrhub.${name}`)
  return found.map(({ name }) => name)
}

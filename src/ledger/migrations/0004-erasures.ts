/** When a record was asked to be erased: from then on nothing is folded into it, and nobody is shown it. */
import { type Kysely, sql } from 'kysely'

const STATEMENTS = [
  'alter table hrhub.records add column erased_at timestamptz',
  'drop index hrhub.links_erased',
  // The hash in the id's place stands for connection, resource, id and kind at once.
  `create index links_erased on hrhub.links (tenant, external_id) where state = 'erased'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

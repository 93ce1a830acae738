/** Files whose last name may just have gone, until somebody has looked; values of an erased person that others share. */
import { type Kysely, sql } from 'kysely'

const STATEMENTS = [
  'create table hrhub.dropped_blobs (hash text primary key, at timestamptz not null)',
  `alter table hrhub.erasures add column shared jsonb not null default '[]'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

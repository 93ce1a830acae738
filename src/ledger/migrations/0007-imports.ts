/** Imports of files: their position moves in the commit that stores their rows. */
import { type Kysely, sql } from 'kysely'

const STATEMENTS = [
  `create table hrhub.imports (
    tenant text not null, id text not null, connection text not null, resource text not null, hash text not null,
    file text not null, written_at timestamptz not null, position bigint not null default 0,
    counts jsonb not null default '{}', rejects_at bigint not null default 0, rejects jsonb not null default '[]',
    started_at timestamptz not null, updated_at timestamptz not null, done_at timestamptz,
    primary key (tenant, connection, resource, hash)) with (fillfactor = 50)`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

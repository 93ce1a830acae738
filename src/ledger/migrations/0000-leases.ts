/**
 * Row leases: who of several processes runs a timer (sweep, sealer, a poll) now. Rows instead of session
 * advisory locks, because those do not pass a transaction pooler.
 */
import { type ColumnType, type Generated, type Kysely, sql } from 'kysely'

export interface LeaseTable {
  /** What is leased, `sweep` or `poll:acme:ehr.candidate`. */
  name: string
  holder: string
  /** By the database's clock, the only one all processes share. */
  until: ColumnType<Date, never, never>
  /** Grows by one whenever another holder takes over. */
  fence: Generated<number>
}

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table hrhub.leases (
      name text primary key,
      holder text not null,
      until timestamptz not null,
      fence bigint not null default 1
    ) with (fillfactor = 50)`.execute(db)
}

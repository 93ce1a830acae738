/**
 * What every attempt touches stands in no index any more: a row's state and due time changed three times an event,
 * each time with a new entry in all five of its indexes. Rows that are due stand in a small table of their own, kept by
 * the database itself; rows that do not rest well by a column that only trouble changes.
 */
import { type Kysely, sql } from 'kysely'

const STATEMENTS = [
  // What an older process writes while this runs must neither miss the table nor meet half of the change.
  `lock table hrhub.deliveries in access exclusive mode`,
  `create table hrhub.due (
    tenant text not null, delivery text not null, due_at timestamptz not null,
    primary key (tenant, delivery)) with (fillfactor = 70)`,
  `create index due_by_time on hrhub.due (due_at)`,
  `insert into hrhub.due select tenant, id, due_at from hrhub.deliveries where due_at is not null`,
  `create function hrhub.keep_due() returns trigger language plpgsql set enable_seqscan = off as $$ begin
    if tg_op = 'DELETE' or new.due_at is null then
      delete from hrhub.due where tenant = old.tenant and delivery = old.id;
    else
      insert into hrhub.due values (new.tenant, new.id, new.due_at)
        on conflict (tenant, delivery) do update set due_at = excluded.due_at;
    end if;
    return null;
  end $$`,
  `create trigger keep_due_new after insert on hrhub.deliveries
    for each row when (new.due_at is not null) execute function hrhub.keep_due()`,
  `create trigger keep_due_moved after update of due_at on hrhub.deliveries
    for each row when (old.due_at is distinct from new.due_at) execute function hrhub.keep_due()`,
  `create trigger keep_due_gone after delete on hrhub.deliveries
    for each row when (old.due_at is not null) execute function hrhub.keep_due()`,
  `drop index hrhub.deliveries_due`,
  `drop index hrhub.deliveries_shown`,
  `alter table hrhub.deliveries add column shown text generated always as (
    case when state in ('parked', 'dead', 'unknown', 'held') or (state = 'waiting' and because is distinct from 'due')
      then state end) stored`,
  `create index deliveries_shown on hrhub.deliveries (tenant, shown, id) where shown is not null`,
  // With the flow, so that one record's thousand rows of `every: change` are not read for another flow.
  `drop index hrhub.deliveries_of_record`,
  `create index deliveries_of_record on hrhub.deliveries (tenant, record, flow)`,
  `create view hrhub.restless as
    select d.tenant, d.id, d.connection, d.state, d.because, d.last_error, d.updated_at
      from hrhub.deliveries d where d.shown is not null
    union all
    select d.tenant, d.id, d.connection, d.state, d.because, d.last_error, d.updated_at
      from hrhub.due u join hrhub.deliveries d on d.tenant = u.tenant and d.id = u.delivery
     where d.shown is null and d.state = 'waiting'`,
  // Sealed bytes do not get smaller; trying costs more than it saves.
  `alter table hrhub.effects alter column progress set storage external`,
  `alter table hrhub.deliveries alter column sent set storage external`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

/** Messages, sayings, records, links and what finds them. Fill factors leave room: most updates stay on their page. */
import { type Kysely, sql } from 'kysely'

const STATEMENTS = [
  `create table hrhub.instance (
    singleton boolean primary key default true check (singleton), id text not null, epoch int not null,
    key_fingerprint text not null, created_at timestamptz not null)`,
  `create table hrhub.messages (
    tenant text not null, id text not null, connection text not null, source text not null, resource text,
    received_at timestamptz not null, sent_at timestamptz, head jsonb not null, body text not null,
    state text not null, verdicts jsonb not null, tries int not null default 0, primary key (tenant, id))`,
  `create index messages_open on hrhub.messages (tenant, received_at) where state in ('new', 'waiting')`,
  `create index messages_shown on hrhub.messages (tenant, connection, id) where state in ('invalid', 'defect', 'unrouted')`,
  `create table hrhub.seen (
    tenant text not null, connection text not null, key text not null, at timestamptz not null,
    primary key (tenant, connection, key))`,
  `create table hrhub.records (
    tenant text not null, id text not null, kind text not null, version bigint not null, data jsonb not null,
    gone boolean not null default false, stamps jsonb not null, findings jsonb not null default '[]',
    was_merged_into text, hash text, created_at timestamptz not null, updated_at timestamptz not null,
    primary key (tenant, id)) with (fillfactor = 60)`,
  `create index records_by_kind on hrhub.records (tenant, kind, id)`,
  `create table hrhub.links (
    tenant text not null, id text not null, connection text not null, resource text not null,
    external_id text not null, kind text not null, record text not null, state text not null default 'active',
    image jsonb not null, last jsonb, delivery text, keep jsonb, created_at timestamptz not null,
    primary key (tenant, id), unique (tenant, connection, resource, external_id, kind)) with (fillfactor = 60)`,
  `create index links_of_record on hrhub.links (tenant, record)`,
  `create table hrhub.sayings (
    tenant text not null, link text not null, id text not null, record text not null, item text not null,
    at timestamptz not null, timed boolean not null, sequence double precision, told boolean not null,
    say jsonb not null, whole jsonb not null, message text, mapping text not null, primary key (tenant, link, id))`,
  `create index sayings_of_message on hrhub.sayings (tenant, message) where message is not null`,
  `create table hrhub.identity_keys (
    tenant text not null, kind text not null, key text not null, record text not null, primary key (tenant, kind, key))`,
  `create index identity_keys_of_record on hrhub.identity_keys (tenant, record)`,
  `create table hrhub.refs (
    tenant text not null, from_record text not null, path text not null, to_record text not null,
    primary key (tenant, from_record, path, to_record))`,
  `create index refs_to on hrhub.refs (tenant, to_record)`,
  `create table hrhub.merge_proposals (
    tenant text not null, kind text not null, first text not null, second text not null, key text not null,
    state text not null, created_at timestamptz not null, primary key (tenant, kind, first, second))`,
  `create sequence hrhub.change_seq`,
  `create sequence hrhub.feed_pos`,
  `create table hrhub.changes (
    tenant text not null, seq bigint not null, record text not null, kind text not null, version bigint not null,
    paths jsonb not null, data jsonb not null, cause jsonb not null, at timestamptz not null, salt text not null,
    hash text not null, previous text, xid xid8 not null default pg_current_xact_id(), pos bigint,
    primary key (tenant, seq))`,
  `create index changes_unsealed on hrhub.changes (xid, seq) where pos is null`,
  `create unique index changes_feed on hrhub.changes (pos) where pos is not null`,
  `create index changes_of_record on hrhub.changes (tenant, record, seq)`,
  `create table hrhub.seals (
    n bigserial primary key, first_pos bigint not null, last_pos bigint not null, root text not null,
    previous text, seal text not null, at timestamptz not null)`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

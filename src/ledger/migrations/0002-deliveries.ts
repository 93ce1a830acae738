/** Deliveries, effects, attempts, waits and the hub’s own housekeeping. No index that every attempt must touch. */
import { type Kysely, sql } from 'kysely'

const STATEMENTS = [
  `create table hrhub.deliveries (
    tenant text not null, id text not null, flow text not null, key text not null, record text not null,
    connection text not null, resource text not null, item text, change bigint, state text not null, because text,
    wants text not null, wanted bigint not null, done bigint not null default 0, external_id text,
    due_at timestamptz, claim text, lease_until timestamptz, effect int not null default 0,
    open boolean not null default false, tries int not null default 0, fingerprint text, sent bytea, keep jsonb,
    last_error jsonb, created_at timestamptz not null, updated_at timestamptz not null,
    primary key (tenant, id), unique (tenant, flow, key)) with (fillfactor = 50)`,
  `create index deliveries_of_record on hrhub.deliveries (tenant, record)`,
  // Rows that wait for a time; finished rows carry no due_at and leave this index.
  `create index deliveries_due on hrhub.deliveries (due_at) where due_at is not null`,
  `create index deliveries_shown on hrhub.deliveries (tenant, state, id) where state in ('parked', 'dead', 'unknown', 'waiting', 'held')`,
  `create table hrhub.effects (
    tenant text not null, delivery text not null, n int not null, verb text not null, wanted bigint not null,
    token text not null, progress bytea not null, doubt jsonb not null, state text not null, config text not null,
    begun_at timestamptz not null, ended_at timestamptz, primary key (tenant, delivery, n)) with (fillfactor = 60)`,
  `create index effects_by_token on hrhub.effects (tenant, token)`,
  `create index effects_open on hrhub.effects (tenant, delivery) where state = 'open'`,
  `create table hrhub.attempts (
    tenant text not null, delivery text not null, n int not null, try int not null, step text not null,
    at timestamptz not null, took_ms int not null, outcome text not null, code text, status int,
    detail text not null, primary key (tenant, delivery, n, try, step))`,
  `create table hrhub.waits (
    tenant text not null, what text not null, who_kind text not null, who text not null, since timestamptz not null,
    primary key (tenant, what, who_kind, who))`,
  `create index waits_of on hrhub.waits (tenant, who_kind, who)`,
  `create table hrhub.dirty (
    tenant text not null, connection text not null, resource text not null, id text not null, event jsonb not null,
    marked bigint not null, due_at timestamptz not null, tries int not null default 0,
    primary key (tenant, connection, resource, id))`,
  `create table hrhub.polls (
    tenant text not null, connection text not null, resource text not null, state jsonb not null,
    next_at timestamptz not null, last_error jsonb, primary key (tenant, connection, resource))`,
  `create table hrhub.flows (
    tenant text not null, flow text not null, since bigint not null, version text not null,
    started_at timestamptz not null, primary key (tenant, flow))`,
  `create table hrhub.connections (
    tenant text not null, connection text not null, state text not null, because text, skew_ms bigint,
    updated_at timestamptz not null, primary key (tenant, connection))`,
  `create table hrhub.contested (
    tenant text not null, link text not null, path text not null, day text not null, times int not null,
    primary key (tenant, link, path, day))`,
  `create table hrhub.findings (
    tenant text not null, id text not null, code text not null, about text not null, connection text,
    detail jsonb not null, times int not null, first_at timestamptz not null, last_at timestamptz not null,
    primary key (tenant, id))`,
  `create table hrhub.refusals (
    tenant text not null, connection text not null, code text not null, day date not null, times bigint not null,
    primary key (tenant, connection, code, day))`,
  `create table hrhub.api_keys (
    tenant text not null, id text not null, hash text not null, name text not null, scopes jsonb not null,
    connection text, created_at timestamptz not null, revoked_at timestamptz, primary key (tenant, id))`,
  `create unique index api_keys_by_hash on hrhub.api_keys (hash)`,
  `create table hrhub.tokens (
    name text primary key, sealed bytea not null, expires_at timestamptz not null)`,
  `create table hrhub.idempotency (
    tenant text not null, key text not null, fingerprint text not null, answer jsonb not null, at timestamptz not null,
    primary key (tenant, key))`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

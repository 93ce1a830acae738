/**
 * Merges that can be undone, proposals that stay decided, identity keys that count whom they served, and erasures.
 * The indexes hold only what was merged or erased: asking them costs the hot path next to nothing.
 */
import { type Kysely, sql } from 'kysely'

const STATEMENTS = [
  `alter table hrhub.merge_proposals drop constraint merge_proposals_pkey`,
  `alter table hrhub.merge_proposals
    add column id text not null default 'proposal_' || replace(gen_random_uuid()::text, '-', ''),
    add column auto boolean not null default false, add column decided_at timestamptz, add column decided_by text,
    add primary key (tenant, kind, first, second, key)`,
  `create unique index merge_proposals_by_id on hrhub.merge_proposals (tenant, id)`,
  `create index merge_proposals_of_key on hrhub.merge_proposals (tenant, kind, key)`,
  `create index merge_proposals_auto on hrhub.merge_proposals (tenant, id) where auto and state = 'open'`,
  `create table hrhub.merges (
    tenant text not null, id text not null, kind text not null, merged text not null, survivor text not null,
    moved jsonb not null, by text not null, at timestamptz not null, undone_at timestamptz,
    primary key (tenant, id))`,
  `create unique index merges_standing on hrhub.merges (tenant, merged) where undone_at is null`,
  `create index merges_into on hrhub.merges (tenant, survivor)`,
  `create index records_merged on hrhub.records (tenant, id) where was_merged_into is not null`,
  `create index records_merged_into on hrhub.records (tenant, was_merged_into) where was_merged_into is not null`,
  `alter table hrhub.identity_keys add column served int not null default 1`,
  `create table hrhub.erasures (
    tenant text not null, record text not null, root text not null, by text not null, asked_at timestamptz not null,
    done_at timestamptz, primary key (tenant, record))`,
  `create index erasures_open on hrhub.erasures (tenant, root) where done_at is null`,
  `create index links_erased on hrhub.links (tenant, connection, resource, external_id, kind) where state = 'erased'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

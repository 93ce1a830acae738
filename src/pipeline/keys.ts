/**
 * Keys of the API: made, shown once, revoked; and the first one, without which nobody could make any. The API and
 * the command line make them by the same rules.
 */
import { randomBytes } from 'node:crypto'
import { HubError } from '../kernel/errors.js'
import { newId } from '../kernel/ids.js'
import { type ApiKeyRow, findKey, listKeys, putKey, revokeKey, tenantsWithAdmin } from '../ledger/api-keys.js'
import type { Parts } from './parts.js'

/** What a key may do; `admin` may do everything in its tenant. */
export const SCOPES = [
  'records:read',
  'records:write',
  'records:merge',
  'records:erase',
  'feed:read',
  'messages:read',
  'messages:write',
  'deliveries:read',
  'deliveries:write',
  'findings:read',
  'connections:read',
  'connections:write',
  'mappings:run',
  'keys:read',
  'keys:write',
  'admin',
] as const
export type Scope = (typeof SCOPES)[number]

export interface ApiKey {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** The one connection it writes records for. */
  readonly connection: string | undefined
  readonly createdAt: number
  readonly revokedAt: number | undefined
}

export interface NewKey {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly connection: string | undefined
}

const PREFIX = 'hrk_'
const BOOTSTRAP = 'key_bootstrap'

const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text)

export const mayUse = (key: Pick<ApiKey, 'scopes'>, scope: Scope) =>
  key.scopes.includes(scope) || key.scopes.includes('admin')

const keyOf = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  tenant: row.tenant,
  name: row.name,
  scopes: row.scopes.filter(isScope),
  connection: row.connection ?? undefined,
  createdAt: row.created_at,
  revokedAt: row.revoked_at ?? undefined,
})

/**
 * @param by the key that asks; undefined = the machine's own operator
 * @returns the key and its text, which is nowhere else
 * @throws HubError `PIPELINE_KEY_SCOPE_INVALID`, `PIPELINE_CONNECTION_UNKNOWN`, `CONFIG_TENANT_UNKNOWN`
 */
export async function createKey(
  parts: Parts,
  tenant: string,
  wanted: NewKey,
  by?: ApiKey,
): Promise<{ readonly key: ApiKey; readonly text: string }> {
  const { scopes, connection } = wanted
  const refuse = (detail: string) => new HubError('PIPELINE_KEY_SCOPE_INVALID', { detail })
  const foreign = scopes.find(scope => by !== undefined && !mayUse(by, scope))
  if (foreign) throw refuse(`your key does not have ${foreign}`)
  if (scopes.includes('records:write') && connection === undefined)
    throw refuse('records:write needs the connection the key speaks for')
  if (by?.connection !== undefined && connection !== by.connection)
    throw refuse(`your key speaks for ${by.connection} and makes keys for it alone`)
  const { connections } = parts.config(tenant)
  if (connection !== undefined && !connections.has(connection))
    throw new HubError('PIPELINE_CONNECTION_UNKNOWN', { detail: `there is no connection ${connection}` })
  const text = `${PREFIX}${randomBytes(32).toString('base64url')}`
  const row = rowOf(parts, tenant, newId('key', parts.clock), text, wanted)
  await putKey(parts.ledger, row)
  parts.log.info({ tenant, key: row.id, name: row.name, scopes, connection }, 'key.created')
  return { key: keyOf(row), text }
}

function rowOf(parts: Parts, tenant: string, id: string, text: string, wanted: NewKey): ApiKeyRow {
  return {
    tenant,
    id,
    hash: parts.sealer.blind(text),
    name: wanted.name,
    scopes: [...new Set(wanted.scopes)].sort(),
    connection: wanted.connection ?? null,
    created_at: parts.clock.now(),
    revoked_at: null,
  }
}

/** @returns undefined for an unknown and a revoked key alike */
export async function openKey(parts: Parts, text: string): Promise<ApiKey | undefined> {
  const row = await findKey(parts.ledger, parts.sealer.blinds(text))
  return row && keyOf(row)
}

export async function allKeys(parts: Parts, tenant: string): Promise<ApiKey[]> {
  return (await listKeys(parts.ledger, tenant)).map(keyOf)
}

/** @throws HubError `PIPELINE_ID_UNKNOWN` */
export async function endKey(parts: Parts, tenant: string, id: string): Promise<void> {
  if (!(await revokeKey(parts.ledger, tenant, id, parts.clock.now())))
    throw new HubError('PIPELINE_ID_UNKNOWN', { detail: `there is no key ${id}` })
  parts.log.info({ tenant, key: id }, 'key.revoked')
}

/**
 * The bootstrap key of the first tenant: `HRHUB_ADMIN_KEY` where it is set (a changed setting replaces the old one),
 * else made at the first start.
 * @returns its text when it was made now, to be printed once
 */
export async function ensureAdminKey({
  parts,
  settings,
}: {
  readonly parts: Parts
  readonly settings: { readonly adminKey: string | undefined }
}): Promise<string | undefined> {
  const tenant = parts.tenants()[0]?.tenant
  if (tenant === undefined) return undefined
  const wanted: NewKey = { name: 'bootstrap', scopes: ['admin'], connection: undefined }
  const given = settings.adminKey
  if (given !== undefined) {
    if ((await openKey(parts, given)) === undefined)
      await putKey(parts.ledger, rowOf(parts, tenant, BOOTSTRAP, given, wanted))
    return undefined
  }
  const known = await allKeys(parts, tenant)
  if (known.some(key => key.revokedAt === undefined && key.scopes.includes('admin'))) return undefined
  const text = `${PREFIX}${randomBytes(32).toString('base64url')}`
  await putKey(parts.ledger, rowOf(parts, tenant, BOOTSTRAP, text, wanted))
  return text
}

/**
 * Tenants nobody can administrate yet. Only the first is given a key by itself: a start that prints the keys of all
 * tenants would show each of them to whoever reads the log.
 */
export async function tenantsWithoutAdmin({ ledger, tenants }: Parts): Promise<readonly string[]> {
  const names = tenants().map(({ tenant }) => tenant)
  const having = await tenantsWithAdmin(ledger, names)
  return names.filter(name => !having.has(name))
}

/** `hrhub keys create|list|revoke`: keys of the API. A new key is shown once; the ledger keeps a keyed hash. */
import { HubError } from '../kernel/errors.js'
import type { Scope } from '../pipeline/keys.js'
import type { Invocation } from './invocation.js'
import { operate } from './operator/operate.js'
import { columns, type Exit, localTime } from './terminal.js'

export interface NewKeyOptions {
  readonly tenant: string
  readonly scopes: readonly string[]
  readonly connection: string | undefined
}

export async function keysCreate(
  { settings, terminal }: Invocation,
  name: string,
  { tenant, scopes, connection }: NewKeyOptions,
): Promise<Exit> {
  const { SCOPES } = await import('../pipeline/keys.js')
  const known = new Set<string>(SCOPES)
  const unknown = scopes.find(scope => !known.has(scope))
  if (unknown !== undefined || scopes.length === 0)
    throw new HubError('CLI_USE_WRONG', {
      detail: `${unknown === undefined ? 'a key needs --scope' : `there is no scope ${unknown}`}; known: ${SCOPES.join(', ')}`,
    })
  const words = {
    tenant,
    name,
    scopes: scopes as Scope[],
    ...(connection === undefined ? {} : { connection }),
  }
  const { key, text } = await operate(settings, 'hub', ask => ask('keysCreate', words))
  terminal.show({ ...key, key: text }, [
    ...columns([
      ['key', text],
      ['id', key.id],
      ['scopes', key.scopes.join(', ')],
      ...(connection === undefined ? [] : [['speaks for', connection]]),
    ]),
    'Keep it now: it is shown this once.',
  ])
  return 0
}

export async function keysList(
  { settings, terminal }: Invocation,
  { tenant }: { readonly tenant: string },
): Promise<Exit> {
  const keys = await operate(settings, 'ledger', ask => ask('keysList', { tenant }))
  terminal.show(
    { items: keys },
    columns([
      ['id', 'name', 'scopes', 'speaks for', 'made', 'state'],
      ...keys.map(key => [
        key.id,
        key.name,
        key.scopes.join(' '),
        key.connection ?? '-',
        localTime(key.createdAt),
        key.revokedAt === undefined ? 'good' : `revoked ${localTime(key.revokedAt)}`,
      ]),
    ]),
  )
  return 0
}

export async function keysRevoke(
  { settings, terminal }: Invocation,
  id: string,
  { tenant }: { readonly tenant: string },
): Promise<Exit> {
  await operate(settings, 'ledger', ask => ask('keysRevoke', { tenant, id }))
  terminal.show({ id, revoked: true }, [`${id} opens nothing any more`])
  return 0
}

import { beforeAll, expect, it } from 'vitest'
import { ensureAdminKey, openKey } from '../../src/pipeline/keys.js'
import { forEachEngine } from '../support/engines.js'
import { type Door, isProblem, openDoor } from './door.js'

forEachEngine('access', engine => {
  let door: Door
  beforeAll(async () => {
    door = await openDoor(await engine.open())
  })

  it.each([
    ['no key', undefined, 401, 'HTTP_KEY_MISSING'],
    ['another scheme', 'Basic abc', 401, 'HTTP_KEY_MISSING'],
    ['an unknown key', 'Bearer hrk_nobody', 401, 'HTTP_KEY_REFUSED'],
    ['an endless key', `Bearer ${'k'.repeat(5000)}`, 401, 'HTTP_KEY_REFUSED'],
  ])('refuses %s', async (_name, authorization, status, code) => {
    const headers = authorization === undefined ? {} : { authorization }
    const answer = await door.call('GET', '/v1/messages', { headers })
    expect(answer).toMatchObject({ status, body: { code } })
    expect(isProblem(answer.body)).toBe(true)
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  })

  it('asks each route’s own scope, and lets admin do all', async () => {
    const reader = await door.key(['records:read'])
    const admin = await door.key(['admin'])
    for (const list of ['messages', 'deliveries', 'effects', 'findings', 'connections', 'keys', 'changes']) {
      expect(await door.call('GET', `/v1/${list}`, { key: reader })).toMatchObject({
        status: 403,
        body: { code: 'HTTP_SCOPE_MISSING' },
      })
      expect((await door.call('GET', `/v1/${list}`, { key: admin })).status).toBe(200)
    }
    expect((await door.call('GET', '/v1/candidates', { key: reader })).status).toBe(200)
  })

  it('makes a key that is shown once, kept as a hash, and revoked for good', async () => {
    const admin = await door.key(['admin'])
    const made = await door.call('POST', '/v1/keys', {
      key: admin,
      body: { name: 'Moka', scopes: ['records:read', 'records:write'], connection: 'ehr' },
    })
    expect(made).toMatchObject({
      status: 201,
      body: { connection: 'ehr', key: expect.stringMatching(/^hrk_/) },
    })
    const list = await door.call('GET', '/v1/keys', { key: admin })
    expect(list.text).not.toContain(made.body.key)
    const { rows } = await door.ledger.query('select * from hrhub.api_keys')
    expect(JSON.stringify(rows)).not.toContain(made.body.key)
    expect((await door.call('GET', '/v1/candidates', { key: made.body.key })).status).toBe(200)
    expect((await door.call('DELETE', `/v1/keys/${made.body.id}`, { key: admin })).status).toBe(204)
    expect(await door.call('GET', '/v1/candidates', { key: made.body.key })).toMatchObject({
      status: 401,
      body: { code: 'HTTP_KEY_REFUSED' },
    })
  })

  it('gives away no scope that the giver does not have, nor another connection', async () => {
    const maker = await door.key(['keys:write', 'records:read'])
    const bound = await door.key(['keys:write', 'records:write'], 'ehr')
    const make = (key: string, scopes: string[], connection?: string) =>
      door.call('POST', '/v1/keys', {
        key,
        body: { name: 'x', scopes, ...(connection ? { connection } : {}) },
      })
    const refused = { status: 422, body: { code: 'PIPELINE_KEY_SCOPE_INVALID' } }
    expect(await make(maker, ['admin'])).toMatchObject(refused)
    expect(await make(bound, ['records:write'])).toMatchObject(refused)
    expect(await make(bound, ['records:write'], 'ai')).toMatchObject(refused)
    expect((await make(bound, ['records:write'], 'ehr')).status).toBe(201)
    expect((await make(maker, ['records:read'])).status).toBe(201)
    expect((await make(maker, ['records:fly'])).status).toBe(400)
  })

  it('makes the first key once, and lets a setting replace it', async () => {
    const fresh = await openDoor(await engine.open())
    const { parts } = fresh
    const first = await ensureAdminKey({ parts, settings: { adminKey: undefined } })
    expect(first).toMatch(/^hrk_/)
    expect(await ensureAdminKey({ parts, settings: { adminKey: undefined } })).toBeUndefined()
    expect((await openKey(parts, first ?? ''))?.scopes).toEqual(['admin'])
    expect(await ensureAdminKey({ parts, settings: { adminKey: 'from the settings' } })).toBeUndefined()
    expect(await openKey(parts, 'from the settings')).toMatchObject({ id: 'key_bootstrap' })
    expect(await openKey(parts, first ?? '')).toBeUndefined()
  })

  it('answers balancers without a key, in true words', async () => {
    expect(await door.call('GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } })
    const ready = await door.call('GET', '/readyz')
    expect(ready).toMatchObject({ status: 200, body: { status: 'ready', ledger: { engine: engine.name } } })
    if (engine.name === 'pglite') expect(ready.body['durability']).toContain('a power cut may lose')
    const away = await openDoor(await engine.open(), {
      hub: { channel: { ...door.hub.channel, health: async () => 'degraded', lost: 3 } },
    })
    expect(await away.call('GET', '/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready', channel: { state: 'degraded', rings_lost: 3 } },
    })
    await away.ledger.close()
    expect(await away.call('GET', '/readyz')).toMatchObject({ status: 503, body: { status: 'away' } })
    expect((await away.call('GET', '/metrics')).text).toContain('hrhub_ledger_up 0')
    expect(await away.call('GET', '/v1/candidates', { key: 'hrk_x' })).toMatchObject({
      status: 503,
      body: { code: 'LEDGER_AWAY' },
    })
  })

  it('hides what it did not foresee, and logs it under the id it tells', async () => {
    const broken = await openDoor(door.ledger)
    const key = await broken.key(['admin'])
    Object.assign(broken.parts, {
      config: () => {
        throw new Error('a detail of the inside')
      },
    })
    const answer = await broken.call('GET', '/v1/connections', { key })
    expect(answer).toMatchObject({ status: 500, body: { code: 'HUB_DEFECT' } })
    expect(answer.text).not.toContain('inside')
    expect(broken.log).toContainEqual(
      expect.objectContaining({
        event: 'http.defect',
        fields: expect.objectContaining({ incident: answer.body['instance'], route: '/v1/connections' }),
      }),
    )
  })
})

import { createHmac } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'
import { openSandbox, type RunningSandbox, temporaryFolder } from './rig.js'

const MAPPING = 'mappings/acme-ehr/candidate.in.yaml'

interface Answered {
  readonly status: number
  readonly type: string
  readonly body: JsonObject
}
type Send = (body: string | Buffer, how?: Signing) => Promise<Answered>
interface Signing {
  readonly id?: string
  /** When it was signed, ms before now. */
  readonly age?: number
  readonly secret?: string
  readonly type?: string
  readonly unsigned?: true
  /** What was signed, where the body was changed on the way. */
  readonly signed?: string
}

/** Standard Webhooks, over the bytes as they are. */
function signatureOf(secret: string, id: string, at: number, body: string | Buffer): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signed = createHmac('sha256', key)
    .update(`${id}.${Math.floor(at / 1000)}.`)
    .update(body)
  return `v1,${signed.digest('base64')}`
}

describe('bad input at the running sandbox', () => {
  const project = temporaryFolder()
  let sandbox: RunningSandbox
  let count = 0

  beforeAll(async () => {
    cpSync('config/sandbox', project, { recursive: true })
    sandbox = await openSandbox({ withJourney: false, settings: { HRHUB_PROJECT: project } })
  }, 60_000)

  async function post(
    path: string,
    body: string | Buffer,
    headers: Record<string, string>,
  ): Promise<Answered> {
    const answer = await fetch(`${sandbox.run.url}${path}`, { method: 'POST', headers, body: body as string })
    const text = await answer.text()
    const type = answer.headers.get('content-type') ?? ''
    return {
      status: answer.status,
      type,
      body: type.includes('json') ? (JSON.parse(text) as JsonObject) : {},
    }
  }

  /** As the EHR signs. */
  const fromEhr: Send = (
    body,
    { id = `evt_door_${++count}`, age = 0, secret, type, unsigned, signed } = {},
  ) => {
    const at = Date.now() - age
    const key = secret ?? sandbox.run.vendors.environment['SANDBOX_EHR_WEBHOOK_SECRET'] ?? ''
    return post('/hooks/ehr', body, {
      'content-type': type ?? 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at / 1000)),
      ...(unsigned ? {} : { 'webhook-signature': signatureOf(key, id, at, signed ?? body) }),
    })
  }

  const candidate = (id: string, more: JsonObject = {}) => {
    const at = new Date().toISOString()
    const data = {
      id,
      name: '唐可',
      phones: [],
      emails: [`${id}@example.com`],
      created_at: at,
      updated_at: at,
      ...more,
    }
    return JSON.stringify({ type: 'candidate.updated', timestamp: at, data })
  }

  async function hookMessages(): Promise<number> {
    const { rows } = await sandbox.run.hub.ledger.query<{ n: string }>(
      `select count(*) as n from hrhub.messages where source = 'hook'`,
    )
    return Number(rows[0]?.n)
  }

  async function refusedToday(connection: string): Promise<JsonObject> {
    const { items } = (await sandbox.access.ask('/v1/connections')) as { items: readonly JsonObject[] }
    return (items.find(one => one['connection'] === connection)?.['refused_today'] ?? {}) as JsonObject
  }

  function expectProblem(answer: Answered, status: number, code?: string): void {
    expect(answer, JSON.stringify(answer)).toMatchObject({
      status,
      type: expect.stringContaining('application/problem+json'),
      body: { status, code: code ?? expect.stringMatching(/^[A-Z_]+$/), title: expect.any(String) },
    })
  }

  it.each([
    ['without a signature', { unsigned: true }, 'CONNECTOR_SIGNATURE_MISSING'],
    [
      'signed with another secret',
      { secret: `whsec_${Buffer.alloc(24, 7).toString('base64')}` },
      'CONNECTOR_SIGNATURE_WRONG',
    ],
    ['changed after it was signed', { signed: '{}' }, 'CONNECTOR_SIGNATURE_WRONG'],
    ['signed an hour ago', { age: 3_600_000 }, 'CONNECTOR_SIGNATURE_OLD'],
    ['signed an hour ahead', { age: -3_600_000 }, 'CONNECTOR_SIGNATURE_OLD'],
  ] as const)('refuses a callback %s, stores nothing and counts it', async (_what, how, code) => {
    const [before, refused] = [await hookMessages(), await refusedToday('ehr')]
    expectProblem(await fromEhr(candidate('cand_forged'), how), 401, 'HTTP_HOOK_REFUSED')
    expect(await hookMessages()).toBe(before)
    expect(await refusedToday('ehr')).toEqual({ ...refused, [code]: Number(refused[code] ?? 0) + 1 })
  })

  it.each([
    [
      'ai',
      '/hooks/ai',
      { 'x-timestamp': String(Math.floor(Date.now() / 1000)), 'x-signature': '0'.repeat(64) },
    ],
    ['lms', '/hooks/lms', { authorization: `Basic ${Buffer.from('lms:guessed').toString('base64')}` }],
    ['feishu', '/hooks/feishu', {}],
    ['dingtalk', '/hooks/dingtalk?msg_signature=0&timestamp=1&nonce=2', {}],
    ['sms', '/hooks/sms/guessed', {}],
    ['sms', '/hooks/sms', {}],
  ] as const)('refuses a forged callback of %s at %s', async (connection, path, headers) => {
    const before = await hookMessages()
    const sum = async () =>
      Object.values(await refusedToday(connection)).reduce((all: number, one) => all + Number(one), 0)
    const refused = await sum()
    const body = JSON.stringify({ encrypt: Buffer.alloc(64, 1).toString('base64') })
    const answer = await post(path, body, { 'content-type': 'application/json', ...headers })
    expectProblem(answer, 401, 'HTTP_HOOK_REFUSED')
    expect(await hookMessages()).toBe(before)
    expect(await sum()).toBe(refused + 1)
  })

  it('answers an unknown hook as it answers a wrong signature', async () => {
    const unknown = await post('/hooks/nobody', '{}', { 'content-type': 'application/json' })
    const wrong = await fromEhr('{}', { unsigned: true })
    expect(unknown).toEqual(wrong)
  })

  it('refuses a callback whose very signature came before, stores nothing and counts it', async () => {
    const body = candidate('cand_replayed')
    // The middle of a second: both are signed with the same one.
    const at = Math.floor(Date.now() / 1000) * 1000 - 500
    const copy = () => fromEhr(body, { id: 'evt_replayed', age: Date.now() - at })
    expect((await copy()).status).toBeLessThan(300)
    const [before, refused] = [await hookMessages(), await refusedToday('ehr')]
    expectProblem(await copy(), 401, 'HTTP_HOOK_REFUSED')
    expect(await hookMessages()).toBe(before)
    const code = 'CONNECTOR_SIGNATURE_REPLAYED'
    expect(await refusedToday('ehr')).toEqual({ ...refused, [code]: Number(refused[code] ?? 0) + 1 })
  })

  it('takes an event once, however often the vendor says it anew', async () => {
    const body = candidate('cand_repeated')
    const before = await hookMessages()
    for (let i = 0; i < 3; i++)
      expect((await fromEhr(body, { id: 'evt_repeated', age: i * 2000 })).status).toBeLessThan(300)
    expect(await hookMessages()).toBe(before + 1)
  })

  it.each([
    ['broken JSON', '{"type":"candidate.updated","data":', {}, 400],
    ['text that is no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), {}, 400],
    ['2 MiB', JSON.stringify({ type: 'x', data: 'a'.repeat(2 * 1024 * 1024) }), {}, 413],
    ['10 000 levels', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, {}, 400],
    [
      'a member that pollutes prototypes',
      '{"__proto__":{"admin":true},"type":"candidate.updated"}',
      {},
      undefined,
    ],
    ['a content type that nobody agreed on', '%PDF-1.7', { type: 'application/pdf' }, 415],
    ['a content type that is none', '{}', { type: '///' }, 415],
    ['nothing', '', {}, undefined],
    ['a number', '7', {}, undefined],
    ['a list of nulls', '[null,null]', {}, undefined],
    ['an event nobody knows', '{"type":"moon.full","data":{"id":"1"}}', {}, undefined],
  ] as const)('answers a well-signed body of %s without failing', async (_what, body, how, status) => {
    const before = await hookMessages()
    const answer = await fromEhr(body, how)
    expect(answer.status).toBeLessThan(500)
    if (status !== undefined) {
      expectProblem(answer, status)
      expect(await hookMessages()).toBe(before)
    }
    expect((await fetch(`${sandbox.run.url}/readyz`)).status).toBe(200)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  it('answers broken bodies of an unknown hook and of the API with a problem', async () => {
    const large = 'a'.repeat(2 * 1024 * 1024)
    expectProblem(await post('/hooks/nobody', large, { 'content-type': 'application/json' }), 413)
    const admin = { authorization: `Bearer ${sandbox.adminKey}`, 'content-type': 'application/json' }
    const broken = await post('/v1/candidates/batch', '{', {
      ...admin,
      'content-type': 'application/x-ndjson',
    })
    expect(broken.status).toBeLessThan(500)
    expectProblem(await post('/v1/mappings/acme-ehr/candidate.in/run', '{', admin), 400)
    expectProblem(await post('/v1/nothing', '{}', admin), 404)
  })

  describe('a payload that the mapping refuses', () => {
    const secretive = '一三八 0013 8099'
    let id = ''
    const record = async () =>
      (
        (await sandbox.access.ask(
          '/v1/candidates?connection=ehr&resource=candidate&external_id=cand_refused',
        )) as { items: readonly { data: JsonObject }[] }
      ).items[0]?.data

    it('is acknowledged, and kept with file, line, path and a masked value', async () => {
      const body = candidate('cand_refused', { phones: [{ type: 'MOBILE', number: secretive }] })
      expect((await fromEhr(body)).status).toBeLessThan(300)
      const { items } = (await sandbox.access.ask('/v1/messages?state=invalid')) as {
        items: readonly JsonObject[]
      }
      expect(items).toHaveLength(1)
      id = String(items[0]?.['id'])
      const line =
        1 +
        readFileSync(MAPPING, 'utf8')
          .split('\n')
          .findIndex(text => text.includes('as: phone'))
      expect(items[0]?.['verdicts']).toMatchObject([
        {
          verdict: 'invalid',
          code: 'MAPPING_VALUE_INVALID',
          where: { file: expect.stringContaining(MAPPING), line, path: expect.stringContaining('phones[0]') },
        },
      ])
      const shown = JSON.stringify(items)
      expect(shown).toContain('***')
      for (const part of [secretive, '8099']) {
        expect(shown).not.toContain(part)
        expect(sandbox.log.join('')).not.toContain(part)
      }
      expect(await record()).toBeUndefined()
    })

    it('stays refused while the folder has a problem, and the last good configuration goes on', async () => {
      writeMapping(text => text.replace('as: phone', 'as: telefon'))
      const problems = await sandbox.run.hub.reload()
      expect(problems.filter(one => one.severity === 'error')).toMatchObject([
        { file: expect.stringContaining(MAPPING), line: expect.any(Number), column: expect.any(Number) },
      ])
      expect((await fromEhr(candidate('cand_meanwhile'))).status).toBeLessThan(300)
      expect(
        await sandbox.access.ask(
          '/v1/candidates?connection=ehr&resource=candidate&external_id=cand_meanwhile',
        ),
      ).toMatchObject({ items: [{ data: { name: '唐可' } }] })
    })

    it('folds when it is replayed after the mapping was mended', async () => {
      writeMapping(text => text.replace(/^ {2}phones:.*\n/m, '').replace('[phones, emails]', '[emails]'))
      const problems = await sandbox.run.hub.reload()
      expect(problems.filter(one => one.severity === 'error')).toEqual([])
      const admin = { authorization: `Bearer ${sandbox.adminKey}` }
      const replayed = await post(`/v1/messages/${id}/replay`, '', {
        ...admin,
        'content-type': 'application/json',
      })
      expect(replayed).toMatchObject({ status: 200, body: { id, state: 'folded' } })
      expect(await record()).toMatchObject({ name: '唐可', emails: ['cand_refused@example.com'] })
    })

    /** The company's own file of the same name wins; its tests stay with the shipped one. */
    function writeMapping(change: (text: string) => string): void {
      const [fields = ''] = readFileSync(MAPPING, 'utf8').split(/^tests:/m)
      mkdirSync(join(project, 'mappings/acme-ehr'), { recursive: true })
      writeFileSync(join(project, MAPPING), change(fields))
    }
  })

  it('takes what the AI tool signs as documented, so that the refusals above mean something', async () => {
    const secret = sandbox.run.vendors.environment['SANDBOX_AI_WEBHOOK_SECRET'] ?? ''
    const body = '{"events":[]}'
    const at = String(Math.floor(Date.now() / 1000))
    const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')
    const answer = await post('/hooks/ai', body, {
      'content-type': 'application/json',
      'x-timestamp': at,
      'x-signature': signature,
    })
    expect(answer).toMatchObject({ status: 200, body: { ok: true } })
  })
})

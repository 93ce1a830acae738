/**
 * Case f, the assessment contracts: a call without a body to an address that we gave away, answers that repeat no id,
 * asking where nobody calls, and an exam of Feishu Hire that is told twice, the last time winning.
 */
import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'
import { encryptFeishu, signFeishu } from '../../src/sandbox/feishu/crypto.js'
import { forEachEngine } from '../support/engines.js'
import { expectSound, openCase } from './kit.js'
import { startVendor } from './vendor.js'

const HUB = 'https://hub.example'
const env = (partner: string, hire: string) => ({
  PARTNER_URL: partner,
  PARTNER_KEY: 'key',
  HIRE_URL: hire,
  HIRE_SECRET: 'secret',
  HIRE_ENCRYPT_KEY: 'kudryavka',
  HIRE_TOKEN: 'token',
})

it(
  'the folders of case f are sound',
  () => expectSound('f-assessment', env('https://partner.example', 'https://hire.example')),
  30_000,
)

forEachEngine('case f: assessment contracts', engine => {
  async function start() {
    const tests = new Map<string, JsonObject>()
    const done = new Map<string, JsonObject>()
    const lose: string[] = []
    const partner = await startVendor({
      'GET /list_tests': () => ({ json: [] }),
      'POST /send_test': ({ body }) => {
        const known = [...tests].find(([, test]) => JSON.stringify(test) === JSON.stringify(body))?.[0]
        const id = known ?? `PI${tests.size + 1}`
        tests.set(id, body)
        if (lose.pop()) return 'cut'
        return { json: { partner_interview_id: id, test_link: `https://partner.example/t/${id}` } }
      },
      'GET /test_status': ({ query }) => ({
        json: done.get(query['partner_interview_id'] ?? '') ?? { partner_status: 'started' },
      }),
    })
    const marked: string[] = []
    const hire = await startVendor({
      'POST /open-apis/auth/v3/tenant_access_token/internal': () => ({
        json: { code: 0, tenant_access_token: 't', expire: 7200 },
      }),
      'POST /open-apis/hire/v1/eco_exams/{exam_id}/login_info': () => ({ json: { code: 0, msg: 'ok' } }),
      'POST /open-apis/hire/v1/eco_exams/{exam_id}/update_result': ({ path }) =>
        marked.includes(path['exam_id'] ?? '')
          ? { json: { code: 1002855, msg: 'already marked' } }
          : { json: { code: 0, msg: 'ok' } },
    })
    const hub = await openCase(await engine.open(), 'f-assessment', env(partner.url, hire.url), {
      publicUrl: HUB,
    })
    const order = async (n: number) => {
      const event = {
        schema: '2.0',
        header: { event_id: `ev${n}`, event_type: 'hire.eco_exam.created_v1', token: 'token' },
        event: {
          exam_id: `E${n}`,
          paper_id: 'P-7',
          talent_id: `T${n}`,
          candidate_info: { name: `候选人${n}`, mobile: { code: '86', number: `1380013800${n}` } },
        },
      }
      const body = JSON.stringify({ encrypt: encryptFeishu(JSON.stringify(event), 'kudryavka') })
      const at = String(Math.floor(hub.clock.now() / 1000))
      await hub.callback('hire', {
        body,
        headers: {
          'content-type': 'application/json',
          'x-lark-request-timestamp': at,
          'x-lark-request-nonce': 'n',
          'x-lark-signature': signFeishu(at, 'n', 'kudryavka', body),
        },
      })
      await hub.rest()
    }
    /** As the provider calls: PATCH, no body at all. */
    const patch = (url: unknown) =>
      hub.callback('partner', {
        method: 'PATCH',
        tail: String(url).replace(`${HUB}/hooks/partner`, ''),
        headers: {},
      })
    const urlOf = (id: string) => tests.get(id)?.['url']
    const complete = (id: string, score: number) =>
      done.set(id, {
        partner_status: 'complete',
        partner_score: score,
        partner_profile_url: `https://partner.example/r/${id}`,
        metadata: { 逻辑: '9' },
      })
    const results = () =>
      hire.calls
        .filter(({ route }) => route.endsWith('/update_result'))
        .map(({ path, body }) => [path['exam_id'], body['result']])
    return { hub, partner, hire, tests, lose, marked, order, patch, urlOf, complete, results }
  }

  it('an ordered exam is sent to the provider, with an address to call, and Feishu gets the way in', async () => {
    const { partner, hire, order, urlOf, hub } = await start()
    await order(1)
    expect(partner.bodies('POST /send_test')).toEqual([
      {
        partner_test_id: 'P-7',
        candidate: { last_name: '候选人1', phone_number: '+8613800138001' },
        url: expect.stringMatching(
          /^https:\/\/hub\.example\/hooks\/partner\/d\/delivery_\w+\.[0-9a-f]{32}$/,
        ) as string,
      },
    ])
    expect(urlOf('PI1')).toBeDefined()
    const [login] = hire.calls.filter(({ route }) => route.endsWith('/login_info'))
    expect(login).toMatchObject({
      path: { exam_id: 'E1' },
      body: { result: 0, exam_login_info: { exam_url: 'https://partner.example/t/PI1' } },
    })
    expect(await hub.states('link-at-hire')).toEqual(['delivered'])
  })

  it('calls without a body lead each to its own test, and none of them is taken for a repeat', async () => {
    const { hub, order, patch, urlOf, complete, results } = await start()
    for (const n of [1, 2, 3]) await order(n)
    for (const [id, score] of [
      ['PI1', 86],
      ['PI2', 40],
      ['PI3', 72.5],
    ] as const) {
      complete(id, score)
      expect((await patch(urlOf(id))).status).toBe(200)
    }
    await hub.rest()
    expect(results().sort()).toEqual([
      ['E1', '86'],
      ['E2', '40'],
      ['E3', '72.5'],
    ])
    const reports = await hub.all('score_report')
    expect(reports.map(({ data }) => data['overall']).sort()).toEqual([4, 7.25, 8.6])
  })

  it('where nobody calls the provider is asked, every hour until it is done and no longer', async () => {
    const { hub, partner, order, complete, results } = await start()
    await order(1)
    await hub.pass(3_700_000)
    expect(results()).toEqual([])
    complete('PI1', 90)
    await hub.pass(3_700_000)
    expect(results()).toEqual([['E1', '90']])
    const asked = partner.count('GET /test_status')
    for (let hour = 0; hour < 5; hour++) await hub.pass(3_700_000)
    expect(partner.count('GET /test_status')).toBe(asked)
  })

  it('a result that changes is told again for the same exam; one that a person marked is a refusal', async () => {
    const { hub, order, patch, urlOf, complete, results, marked } = await start()
    await order(1)
    for (const score of [60, 65]) {
      complete('PI1', score)
      await patch(urlOf('PI1'))
      await hub.rest()
    }
    expect(results()).toEqual([
      ['E1', '60'],
      ['E1', '65'],
    ])
    expect(await hub.all('score_report')).toHaveLength(1)
    marked.push('E1')
    complete('PI1', 70)
    await patch(urlOf('PI1'))
    await hub.rest()
    expect(await hub.states('result-at-hire')).toEqual([expect.stringContaining('dead') as string])
  })

  it('an exam that Feishu did not order is sent and scored, and Feishu hears nothing of it', async () => {
    const { hub, hire, patch, urlOf, complete } = await start()
    const candidate = await hub.say('candidate', 'c9', { name: '李四' })
    await hub.say('interview', 'i9', { candidate, type: 'exam' })
    await hub.rest()
    complete('PI1', 55)
    await patch(urlOf('PI1'))
    await hub.rest()
    expect(await hub.all('score_report')).toHaveLength(1)
    expect(hire.calls).toEqual([])
  })

  it('a test whose answer was lost is sent once more in the same bytes, and is one test', async () => {
    const { hub, tests, order, lose, partner, urlOf, patch, complete, results } = await start()
    lose.push('once')
    await order(1)
    // It is done before we know that it is there: the provider is asked to say it again.
    complete('PI1', 80)
    await expect(patch(urlOf('PI1'))).rejects.toMatchObject({ code: 'PIPELINE_DELIVERY_UNDERWAY' })
    await hub.pass(600_000)
    expect(partner.count('POST /send_test')).toBe(2)
    expect(tests.size).toBe(1)
    await patch(urlOf('PI1'))
    await hub.rest()
    expect(results()).toEqual([['E1', '80']])
  })

  it('an address that we did not give, or gave for another connection, is refused', async () => {
    const { hub, order, urlOf, patch } = await start()
    await order(1)
    const genuine = String(urlOf('PI1'))
    for (const url of ['', '/d/delivery_1', `${genuine.slice(0, -1)}${genuine.endsWith('0') ? '1' : '0'}`])
      await expect(patch(url)).rejects.toMatchObject({ code: 'CONNECTOR_SIGNATURE_MISSING' })
    const tail = genuine.replace(`${HUB}/hooks/partner`, '')
    await expect(hub.callback('hire', { tail })).rejects.toMatchObject({ kind: 'invalid' })
    // The address is a secret: no message keeps it.
    for (const { head } of await hub.messages()) {
      expect(JSON.stringify(head)).not.toContain(tail.slice(-32))
    }
  })
})

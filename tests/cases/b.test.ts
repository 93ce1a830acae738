/**
 * Case b, DingTalk: two hosts and two tokens, a person by two calls, the organiser in the path, a look-up of bare
 * approval ids that are read one by one, and a verdict that comes before our own answer.
 */
import { expect, it } from 'vitest'
import {
  dingtalkEncrypt,
  dingtalkKey,
  dingtalkSignature,
} from '../../src/connector/verify/dingtalk-cipher.js'
import type { JsonObject } from '../../src/kernel/json.js'
import { forEachEngine } from '../support/engines.js'
import { expectSound, openCase } from './kit.js'
import { startVendor } from './vendor.js'

const AES_KEY = 'TXpRMU5qYzRPVEF4TWpNME5UWTNPRGt3TVRJek5EVTI'
const OWNER = 'ding12345678901234567890123456789012'
const env = (api: string, legacy: string) => ({
  DINGTALK_URL: api,
  DINGTALK_LEGACY_URL: legacy,
  DINGTALK_SECRET: 'secret',
  DINGTALK_TOKEN: '666666',
  DINGTALK_AES_KEY: AES_KEY,
})
const EVENTS = '/v1.0/calendar/users/{union}/calendars/primary/events'
const PROCESSES = '/v1.0/workflow/processInstances'

it(
  'the folder of case b is sound',
  () => expectSound('b-dingtalk', env('https://api.example', 'https://oapi.example')),
  30_000,
)

forEachEngine('case b: DingTalk', engine => {
  async function start() {
    const legacy = await startVendor({
      'GET /gettoken': () => ({ json: { errcode: 0, errmsg: 'ok', access_token: 'old', expires_in: 7200 } }),
      'POST /topapi/v2/user/getbymobile': ({ body }) =>
        String(body['mobile']).startsWith('1380013800')
          ? { json: { errcode: 0, errmsg: 'ok', result: { userid: `u${String(body['mobile']).slice(-1)}` } } }
          : { json: { errcode: 60121, errmsg: 'not found' } },
      'POST /topapi/v2/user/get': ({ body }) => {
        const userid = String(body['userid'])
        const result = { userid, unionid: `union-${userid.slice(1)}`, name: '某' }
        return { json: { errcode: 0, errmsg: 'ok', result } }
      },
    })
    const events = new Map<string, { organizer: string; body: JsonObject }>()
    const instances = new Map<string, { status: string; result: string; form: unknown }>()
    const lose: string[] = []
    const api = await startVendor({
      'POST /v1.0/oauth2/accessToken': () => ({ json: { accessToken: 'new', expireIn: 7200 } }),
      [`POST ${EVENTS}`]: ({ path, body }) => {
        const id = `E${events.size + 1}`
        events.set(id, { organizer: path['union'] ?? '', body })
        return { json: { id, ...body } }
      },
      [`PUT ${EVENTS}/{id}`]: ({ path, body }) => {
        const event = events.get(path['id'] ?? '')
        if (!event || event.organizer !== path['union'])
          return { status: 404, json: { code: 'itemNotFound', message: 'no event' } }
        event.body = { ...event.body, ...body }
        return { json: { ...event.body, id: path['id'] } }
      },
      [`DELETE ${EVENTS}/{id}`]: ({ path }) => {
        events.delete(path['id'] ?? '')
        return { json: {} }
      },
      [`POST ${PROCESSES}`]: ({ body }) => {
        const id = `P${instances.size + 1}`
        instances.set(id, { status: 'RUNNING', result: '', form: body['formComponentValues'] })
        return lose.pop() ? 'cut' : { json: { instanceId: id } }
      },
      'POST /v1.0/workflow/processes/instanceIds/query': () => ({
        json: { result: { list: [...instances.keys()] }, success: true },
      }),
      [`GET ${PROCESSES}`]: ({ query }) => {
        const found = instances.get(query['processInstanceId'] ?? '')
        if (!found) return { status: 400, json: { code: 'processInstanceNotExist', message: 'none' } }
        const { status, result, form } = found
        return {
          json: { result: { status, result, title: '录用', formComponentValues: form }, success: true },
        }
      },
      [`POST ${PROCESSES}/terminate`]: ({ body }) => {
        const found = instances.get(String(body['processInstanceId']))
        if (found) found.status = 'TERMINATED'
        return { json: { result: true, success: true } }
      },
    })
    const hub = await openCase(await engine.open(), 'b-dingtalk', env(api.url, legacy.url))
    const candidate = await hub.say('candidate', 'c1', { name: '张三' })
    const position = await hub.say('position', 'p1', { title: '后端工程师' })
    const people: string[] = []
    for (const n of [1, 2])
      people.push(await hub.say('person', `p${n}`, { name: `同事${n}`, phones: [`+861380013800${n}`] }))
    await hub.rest()
    const interview = async (organizer: number, over: JsonObject = {}) => {
      await hub.say('interview', 'i1', {
        candidate,
        position,
        organizer: people[organizer - 1] ?? '',
        state: 'scheduled',
        schedule: { start: '2026-12-02T02:00:00Z', end: '2026-12-02T03:00:00Z', zone: 'Asia/Shanghai' },
        ...over,
      })
      await hub.rest()
    }
    const offer = () => hub.say('offer', 'o1', { candidate, position, salary: 30000, state: 'draft' })
    const decide = async (id: string, result: string, type = 'finish') => {
      const found = instances.get(id)
      if (found) Object.assign(found, { status: type === 'finish' ? 'COMPLETED' : 'RUNNING', result })
      const key = dingtalkKey(AES_KEY)
      if (!key) throw new Error('no key')
      const event = {
        EventType: 'bpms_instance_change',
        eventId: `ev-${hub.clock.now()}`,
        processInstanceId: id,
        type,
        result,
      }
      const encrypt = dingtalkEncrypt(key, Buffer.alloc(16, 1), JSON.stringify(event), OWNER)
      const timestamp = String(hub.clock.now())
      const answer = await hub.callback('dingtalk', {
        query: { timestamp, nonce: 'n', signature: dingtalkSignature('666666', timestamp, 'n', encrypt) },
        body: JSON.stringify({ encrypt }),
      })
      await hub.rest()
      return answer
    }
    const state = async () => (await hub.all('offer'))[0]?.data['state']
    return { hub, legacy, api, events, instances, lose, interview, offer, decide, state, candidate }
  }

  it('a colleague is found by two calls of the old host, and organises by the id of the new one', async () => {
    const { legacy, api, events, interview } = await start()
    await interview(1)
    expect(
      legacy
        .bodies('POST /topapi/v2/user/get')
        .map(({ userid }) => userid)
        .sort(),
    ).toEqual(['u1', 'u2'])
    expect(legacy.calls.find(({ route }) => route.startsWith('POST'))?.query).toEqual({ access_token: 'old' })
    const [made] = api.calls.filter(({ route }) => route === `POST ${EVENTS}`)
    expect(made?.headers).toMatchObject({
      'x-acs-dingtalk-access-token': 'new',
      'x-client-token': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    })
    expect([...events.values()]).toMatchObject([
      {
        organizer: 'union-1',
        body: { start: { dateTime: '2026-12-02T10:00:00+08:00', timeZone: 'Asia/Shanghai' } },
      },
    ])
  })

  it('a moved interview moves; another organiser means another event, for the old one cannot be given away', async () => {
    const { api, events, interview } = await start()
    await interview(1)
    await interview(1, {
      schedule: { start: '2026-12-03T02:00:00Z', end: '2026-12-03T03:00:00Z', zone: 'Asia/Shanghai' },
    })
    expect(api.bodies(`PUT ${EVENTS}/{id}`)).toMatchObject([{ id: 'E1' }])
    await interview(2, {
      schedule: { start: '2026-12-03T02:00:00Z', end: '2026-12-03T03:00:00Z', zone: 'Asia/Shanghai' },
    })
    expect([...events.values()].map(({ organizer }) => organizer)).toEqual(['union-2'])
    expect(api.count(`DELETE ${EVENTS}/{id}`)).toBe(1)
  })

  it('an approval is started by a form of texts, and its verdict is the offer’s', async () => {
    const { instances, offer, decide, state, hub } = await start()
    const id = await offer()
    await hub.rest()
    expect([...instances.values()][0]?.form).toEqual([
      { name: '候选人', value: '张三' },
      { name: '职位', value: '后端工程师' },
      { name: '月薪', value: '30000' },
      { name: '记录编号', value: id },
    ])
    expect(await state()).toBe('in_approval')
    const answer = await decide('P1', 'agree')
    // DingTalk wants an encrypted success.
    expect(JSON.parse(answer.body)).toHaveProperty('msg_signature')
    expect(await state()).toBe('approved')
  })

  it('an approval whose answer was lost is found among bare ids by our number, though the offer is no draft any more', async () => {
    const { hub, api, instances, lose, offer, decide, state } = await start()
    instances.set('P0', { status: 'RUNNING', result: '', form: [{ name: '记录编号', value: 'offer_other' }] })
    lose.push('once')
    await offer()
    await hub.rest()
    // The verdict overtakes what we know.
    await decide('P2', 'agree')
    await hub.pass(300_000)
    await hub.pass(300_000)
    expect(api.count(`POST ${PROCESSES}`)).toBe(1)
    await hub.pass(900_000)
    expect(await state()).toBe('approved')
    expect(await hub.all('offer')).toHaveLength(1)
  })

  it('an approval that somebody starts by hand makes no offer; a withdrawn offer withdraws its own', async () => {
    const { hub, instances, offer, decide, state } = await start()
    instances.set('P9', { status: 'RUNNING', result: '', form: [] })
    await decide('P9', 'agree')
    expect(await hub.all('offer')).toEqual([])
    await offer()
    await hub.rest()
    await hub.say('offer', 'o1', { state: 'withdrawn' })
    await hub.rest()
    expect(await state()).toBe('withdrawn')
    expect(instances.get('P2')?.status).toBe('TERMINATED')
    expect(instances.get('P9')?.status).toBe('COMPLETED')
  })
})

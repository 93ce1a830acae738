/**
 * Case c, WeCom: ids in bodies, an update that overwrites, partial failure under errcode 0, duplicates known by
 * content alone, and encrypted XML that says that somebody answered, but not who.
 */
import { expect, it } from 'vitest'
import {
  dingtalkEncrypt,
  dingtalkKey,
  dingtalkSignature,
} from '../../src/connector/verify/dingtalk-cipher.js'
import type { Json, JsonObject } from '../../src/kernel/json.js'
import { forEachEngine } from '../support/engines.js'
import { expectSound, openCase } from './kit.js'
import { startVendor } from './vendor.js'

const AES_KEY = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C'
const CORP = 'wx5823bf96d3bd56c7'
const env = (url: string) => ({
  WECOM_URL: url,
  WECOM_SECRET: 'secret',
  WECOM_TOKEN: 'QDG6eK',
  WECOM_AES_KEY: AES_KEY,
})

it('the folder of case c is sound', () => expectSound('c-wecom', env('https://wecom.example')), 30_000)

/** Members by mobile, schedules by id, and what each member was sent. */
async function startWecom() {
  const members: Record<string, string> = {
    '13800138001': 'chen',
    '13800138002': 'li',
    '13800138003': 'wang',
  }
  const schedules = new Map<string, JsonObject>()
  const inbox: { touser: string; content: string; msgid: string }[] = []
  const lose: string[] = []
  const ok = { errcode: 0, errmsg: 'ok' }
  const answer = (route: string, json: Json) =>
    lose.includes(route) && lose.splice(lose.indexOf(route), 1) ? 'cut' : { json }
  const vendor = await startVendor({
    'GET /gettoken': () => ({ json: { ...ok, access_token: 'T', expires_in: 7200 } }),
    'POST /user/getuserid': ({ body }) => {
      const userid = members[String(body['mobile'])]
      return { json: userid ? { ...ok, userid } : { errcode: 46004, errmsg: 'user not exist' } }
    },
    'POST /oa/schedule/add': ({ body }) => {
      const id = `S${schedules.size + 1}`
      schedules.set(id, body['schedule'] as JsonObject)
      return answer('add', { ...ok, schedule_id: id })
    },
    'POST /oa/schedule/update': ({ body }) => {
      const schedule = body['schedule'] as JsonObject
      const id = String(schedule['schedule_id'])
      if (!schedules.has(id)) return { json: { errcode: 40058, errmsg: 'no schedule' } }
      schedules.set(id, schedule)
      return answer('update', ok)
    },
    'POST /oa/schedule/del': ({ body }) => {
      schedules.delete(String(body['schedule_id']))
      return answer('del', ok)
    },
    'POST /oa/schedule/get': ({ body }) => {
      const ids = body['schedule_id_list'] as readonly string[]
      return { json: { ...ok, schedule_list: ids.map(id => ({ ...schedules.get(id), schedule_id: id })) } }
    },
    'POST /oa/schedule/get_by_calendar': () => ({
      json: { ...ok, schedule_list: [...schedules].map(([id, one]) => ({ ...one, schedule_id: id })) },
    }),
    'POST /message/send': ({ body }) => {
      const { touser, text } = body as { touser: string; text: { content: string } }
      if (touser === 'li') return { json: { ...ok, invaliduser: 'li', msgid: '' } }
      const before = inbox.find(one => one.touser === touser && one.content === text.content)
      const msgid = before?.msgid ?? `M${inbox.length + 1}`
      if (!before) inbox.push({ touser, content: text.content, msgid })
      return answer('send', { ...ok, invaliduser: '', msgid })
    },
  })
  return { vendor, schedules, inbox, lose }
}

forEachEngine('case c: WeCom', engine => {
  async function start() {
    const wecom = await startWecom()
    const hub = await openCase(await engine.open(), 'c-wecom', env(wecom.vendor.url))
    const candidate = await hub.say('candidate', 'c1', { name: '张三' })
    const people: string[] = []
    for (const [n, name] of ['陈默', '李雷', '王芳'].entries())
      people.push(await hub.say('person', `p${n}`, { name, phones: [`+861380013800${n + 1}`] }))
    await hub.rest()
    const interview = (over: JsonObject = {}) =>
      hub.say('interview', 'i1', {
        candidate,
        state: 'scheduled',
        schedule: { start: '2026-12-02T02:00:00Z', end: '2026-12-02T03:00:00Z', zone: 'Asia/Shanghai' },
        interviewers: people.map(person => ({ person })),
        ...over,
      })
    return { ...wecom, hub, interview, people }
  }

  it('one recipient of three who cannot be reached is one refusal under errcode 0; the others have their message once', async () => {
    const { hub, interview, inbox, vendor, people } = await start()
    await interview()
    await hub.rest()
    expect(inbox.map(one => [one.touser, one.content.slice(0, 15).trim()]).sort()).toEqual([
      ['chen', '陈默：12月2日 10:00'],
      ['wang', '王芳：12月2日 10:00'],
    ])
    const rows = await hub.rows('notice-to-interviewer')
    expect(rows.map(row => row.state).sort()).toEqual(['dead', 'delivered', 'delivered'])
    const refused = rows.find(row => row.state === 'dead')
    expect(refused?.key).toContain(people[1])
    expect(refused?.last_error).toMatchObject({ code: 'CONNECTOR_ANSWER_REFUSED', status: 200 })
    await hub.pass(3_600_000)
    expect(vendor.count('POST /message/send')).toBe(3)
  })

  it('a message whose answer was lost is sent again byte for byte, and WeCom knows it by its content', async () => {
    const { hub, interview, inbox, vendor, lose, people } = await start()
    lose.push('send')
    await interview({ interviewers: [{ person: people[0] ?? '' }] })
    await hub.rest()
    await hub.pass(600_000)
    const sent = vendor.bodies('POST /message/send')
    expect(sent).toHaveLength(2)
    expect(sent[0]).toEqual(sent[1])
    expect(sent[0]).toMatchObject({
      agentid: 1000002,
      enable_duplicate_check: 1,
      duplicate_check_interval: 14400,
    })
    expect(inbox).toHaveLength(1)
    expect(await hub.states('notice-to-interviewer')).toEqual(['delivered'])
  })

  it('a schedule whose answer was lost is found by our number, overwritten when it moves and deleted when it is off', async () => {
    const { hub, interview, schedules, vendor, lose } = await start()
    lose.push('add')
    const id = await interview()
    await hub.rest()
    await hub.pass(600_000)
    await hub.pass(600_000)
    expect(vendor.count('POST /oa/schedule/add')).toBe(1)
    expect(vendor.bodies('POST /oa/schedule/add')[0]).toEqual({
      agentid: 1000002,
      schedule: {
        cal_id: 'wcjgewCwAA',
        summary: '面试：张三',
        description: `12月2日 10:00 面试。编号 ${id}`,
        start_time: 1796176800,
        end_time: 1796180400,
        attendees: [{ userid: 'chen' }, { userid: 'li' }, { userid: 'wang' }],
        reminders: { is_remind: 1, remind_before_event_secs: 900 },
      },
    })
    await interview({
      schedule: { start: '2026-12-03T02:00:00Z', end: '2026-12-03T03:00:00Z', zone: 'Asia/Shanghai' },
    })
    await hub.rest()
    const [moved] = vendor.bodies('POST /oa/schedule/update').slice(-1)
    // The calendar cannot be changed: the update's own schema has no place for it.
    expect(moved).toMatchObject({ schedule: { schedule_id: 'S1', start_time: 1796263200 } })
    expect(moved?.['schedule']).not.toHaveProperty('cal_id')
    await interview({ state: 'cancelled' })
    await hub.rest()
    expect(vendor.bodies('POST /oa/schedule/del')).toEqual([{ schedule_id: 'S1' }])
    expect(schedules.size).toBe(0)
  })

  it('encrypted XML says that somebody answered; the schedule, read again, says who', async () => {
    const { hub, interview, schedules, people } = await start()
    const id = await interview()
    await hub.rest()
    const [stored] = schedules.values()
    schedules.set('S1', {
      ...stored,
      attendees: [
        { userid: 'chen', response_status: 2 },
        { userid: 'li', response_status: 4 },
        { userid: 'wang' },
      ],
    })
    await hub.callback('wecom', sealed(hub.clock.now() + 1000, news('respond_schedule')))
    await hub.rest()
    const answers = (await hub.record(id)).data['interviewers'] as readonly {
      person: string
      response: string
    }[]
    expect(Object.fromEntries(answers.map(one => [people.indexOf(one.person), one.response]))).toEqual({
      0: 'accepted',
      1: 'declined',
      2: 'needs_action',
    })
  })

  it('what others put into the calendar makes no interview, and a forged call is refused at the door', async () => {
    const { hub, schedules } = await start()
    schedules.set('S9', { summary: '部门周会', attendees: [{ userid: 'chen', response_status: 2 }] })
    await hub.callback('wecom', sealed(hub.clock.now() + 1000, news('respond_schedule', 'S9')))
    await hub.rest()
    expect(await hub.all('interview')).toEqual([])
    const forged = sealed(hub.clock.now() + 1000, news('respond_schedule'), 'other')
    await expect(hub.callback('wecom', forged)).rejects.toMatchObject({ code: 'CONNECTOR_SIGNATURE_WRONG' })
  })

  it('the console’s check of the address is answered with what it decrypts to', async () => {
    const { hub } = await start()
    const { query } = sealed(hub.clock.now() + 1000, '1616140317555161061')
    const { encrypt, ...rest } = query
    const answer = await hub.callback('wecom', { method: 'GET', query: { ...rest, echostr: encrypt } })
    expect(answer).toMatchObject({ status: 200, body: '1616140317555161061' })
    expect(await hub.messages()).toHaveLength(4)
  })
})

const news = (event: string, schedule = 'S1') =>
  `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1796000000</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[${event}]]></Event><CalId><![CDATA[wcjgewCwAA]]></CalId><ScheduleId><![CDATA[${schedule}]]></ScheduleId></xml>`

/** As WeCom sends it. */
function sealed(now: number, message: string, token = 'QDG6eK') {
  const key = dingtalkKey(AES_KEY)
  if (!key) throw new Error('no key')
  const encrypt = dingtalkEncrypt(key, Buffer.from('aaaabbbbccccdddd'), message, CORP)
  const timestamp = String(Math.floor(now / 1000))
  const signature = dingtalkSignature(token, timestamp, '263014780', encrypt)
  return {
    headers: { 'content-type': 'text/xml' },
    query: { msg_signature: signature, timestamp, nonce: '263014780', encrypt },
    body: `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><AgentID>1000002</AgentID><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`,
  }
}

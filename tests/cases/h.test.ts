/**
 * Case h, messages: receipts as an array, a message that is never sent twice, at most one a minute to a number; what does
 * not arrive, or is not heard of for two hours, goes by mail as the calendar's own invitation (iMIP).
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'
import { startMail } from '../../src/sandbox/mail/simulator.js'
import { forEachEngine } from '../support/engines.js'
import { expectSound, openCase } from './kit.js'
import { startVendor } from './vendor.js'

const HOUR = 3_600_000
const env = (sms: string, port: number) => ({
  SMS_URL: sms,
  SMS_SECRET: 'secret',
  SMS_CALLBACK_SECRET: 'a-long-random-tail',
  MAIL_PORT: String(port),
  MAIL_PASSWORD: 'password',
})

it('the folder of case h is sound', () => expectSound('h-messages', env('https://sms.example', 25)), 30_000)

async function startPost() {
  const mailFolder = mkdtempSync(join(tmpdir(), 'hrhub-case-h-'))
  const mail = await startMail({ mailFolder, login: { user: 'hr@yunfan.example', password: 'password' } })
  onTestFinished(async () => {
    await mail.close()
    rmSync(mailFolder, { recursive: true, force: true })
  })
  return mail
}

forEachEngine('case h: messages and receipts', engine => {
  async function start() {
    const sent: Readonly<Record<string, string>>[] = []
    const lose: string[] = []
    const sms = await startVendor({
      'POST /': ({ query }) => {
        sent.push(query)
        if (lose.pop()) return 'cut'
        return { json: { Code: 'OK', Message: 'OK', RequestId: 'r', BizId: `b${sent.length}` } }
      },
      'GET /': ({ query }) => ({
        json: {
          Code: 'OK',
          Message: 'OK',
          RequestId: 'r',
          TotalCount: String(sent.length),
          SmsSendDetailDTOs: {
            SmsSendDetailDTO: sent
              .filter(one => one['PhoneNumbers'] === query['PhoneNumber'] && query['SendDate'] === '20261201')
              .map(one => ({ OutId: one['OutId'], SendStatus: 3, PhoneNum: one['PhoneNumbers'] })),
          },
        },
      }),
    })
    const mail = await startPost()
    const hub = await openCase(await engine.open(), 'h-messages', env(sms.url, mail.smtp.port))
    const invite = async (n: number, over: JsonObject = {}) => {
      const candidate = await hub.say('candidate', `c${n}`, {
        name: `候选人${n}`,
        phones: [`+861380013802${n}`],
        emails: [`c${n}@example.com`],
      })
      const interview = await hub.say('interview', `i${n}`, {
        candidate,
        state: 'scheduled',
        schedule: { start: '2026-12-03T02:00:00Z', end: '2026-12-03T03:00:00Z', zone: 'Asia/Shanghai' },
        window: { opens: new Date(hub.clock.now()).toISOString(), closes: '2026-12-09T00:00:00Z' },
        ...over,
      })
      await hub.rest()
      return interview
    }
    const receipt = (one: number, success: boolean) => ({
      phone_number: sent[one]?.['PhoneNumbers'] ?? '',
      send_time: '2026-12-01 08:00:10',
      report_time: '2026-12-01 08:00:30',
      success,
      err_code: success ? 'DELIVERED' : 'MOBILE_NOT_ON_SERVICE',
      err_msg: success ? '用户接收成功' : '手机停机',
      sms_size: '1',
      biz_id: `b${one + 1}`,
      out_id: sent[one]?.['OutId'] ?? '',
    })
    const push = async (receipts: readonly object[]) => {
      const answer = await hub.callback('sms', {
        tail: '/a-long-random-tail',
        body: JSON.stringify(receipts),
      })
      await hub.rest()
      return answer
    }
    const states = async () =>
      Object.fromEntries(
        (await hub.all('notification')).map(({ data }) => [String(data['to']).slice(-1), data['state']]),
      )
    const invites = () =>
      mail.mails().map(({ to, invite }) => [[...to].join(), invite?.method, invite?.sequence])
    return { hub, sms, sent, lose, mail, invite, receipt, push, states, invites }
  }

  it('an array of receipts is one verdict for each message, and is answered as Aliyun wants it', async () => {
    const { sent, invite, receipt, push, states } = await start()
    for (const n of [1, 2, 3]) await invite(n)
    expect(sent.map(one => [one['PhoneNumbers'], one['TemplateParam']])).toEqual(
      [1, 2, 3].map(n => [`1380013802${n}`, JSON.stringify({ name: `候选人${n}`, time: '12月3日 10:00' })]),
    )
    expect(await states()).toEqual({ 1: 'sent', 2: 'sent', 3: 'sent' })
    const answer = await push([receipt(0, true), receipt(1, false)])
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { code: 0, msg: '接收成功' }])
    expect(await states()).toEqual({ 1: 'delivered', 2: 'failed', 3: 'sent' })
    // Said again after a lost answer of ours, in another order.
    await push([receipt(1, false), receipt(0, true)])
    expect(await states()).toEqual({ 1: 'delivered', 2: 'failed', 3: 'sent' })
  })

  it('what does not arrive goes by mail; it moves and is called off as one event', async () => {
    const { hub, invite, receipt, push, mail, invites } = await start()
    await invite(1)
    const second = await invite(2)
    await push([receipt(0, true), receipt(1, false)])
    expect(invites()).toEqual([['c2@example.com', 'REQUEST', 0]])
    await hub.say('interview', second, {
      schedule: { start: '2026-12-04T02:00:00Z', end: '2026-12-04T03:00:00Z', zone: 'Asia/Shanghai' },
    })
    await hub.rest()
    await hub.say('interview', second, { state: 'cancelled' })
    await hub.rest()
    const told = mail.mails().map(one => one.invite)
    expect(told.map(one => one?.method).sort()).toEqual(['CANCEL', 'REQUEST', 'REQUEST'])
    expect(new Set(told.map(one => one?.uid)).size).toBe(1)
    expect(told.map(one => Number(one?.sequence)).sort()).toEqual([0, 1, 2])
  })

  it('two hours without a receipt are an answer too, and a late receipt does not call the mail back', async () => {
    const { hub, invite, receipt, push, invites } = await start()
    await invite(1)
    await invite(2)
    await push([receipt(0, true)])
    await hub.pass(HOUR)
    expect(invites()).toEqual([])
    await hub.pass(HOUR + 60_000)
    expect(invites()).toEqual([['c2@example.com', 'REQUEST', 0]])
    await push([receipt(1, true)])
    await hub.pass(HOUR)
    expect(invites()).toHaveLength(1)
  })

  it('a message whose answer was lost is looked for by number, day and our own id, and not sent again', async () => {
    const { hub, sms, sent, lose, invite, states } = await start()
    lose.push('once')
    await invite(1)
    await hub.pass(180_000)
    await hub.pass(180_000)
    expect(sent).toHaveLength(1)
    expect(sms.calls.find(({ route }) => route === 'GET /')?.query).toMatchObject({
      PhoneNumber: '13800138021',
      SendDate: '20261201',
    })
    expect((await hub.rows('notification-by-sms')).map(({ state }) => state)).toEqual(['delivered'])
    expect(await states()).toMatchObject({ 1: expect.stringMatching(/^(queued|sent)$/) as string })
  })

  it('a number gets one message a minute, the next one waits', async () => {
    const { hub, sent, invite } = await start()
    await invite(1)
    const candidate = (await hub.all('candidate'))[0]?.id ?? ''
    await invite(2, { candidate })
    expect(sent).toHaveLength(1)
    await hub.pass(120_000)
    expect(sent.map(one => one['PhoneNumbers'])).toEqual(['13800138021', '13800138021'])
  })

  it('a push to another address is refused', async () => {
    const { hub, invite, receipt } = await start()
    await invite(1)
    const body = JSON.stringify([receipt(0, false)])
    await expect(hub.callback('sms', { tail: '/guessed', body })).rejects.toMatchObject({
      code: 'CONNECTOR_SIGNATURE_WRONG',
    })
  })
})

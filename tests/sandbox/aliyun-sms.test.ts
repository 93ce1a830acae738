import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startAliyunSms } from '../../src/sandbox/aliyun-sms/simulator.js'
import type { Simulator } from '../../src/sandbox/types.js'
import { type SignedCall, signedRequest } from './support/acs3-client.js'
import { type Ear, openEar } from './support/hub-ear.js'

const ACCESS = { accessKeyId: 'LTAIsandbox', accessKeySecret: 'sandbox-secret' }
const PHONE = '19900000077'
const QUERY = {
  PhoneNumbers: PHONE,
  SignName: '云帆科技',
  TemplateCode: 'SMS_154950909',
  TemplateParam: JSON.stringify({ name: '李雷', link: 'https://ai.example.com/i/a1?t=1' }),
  OutId: 'effect-0001',
}
type Body = Record<string, unknown>

let now: number
let sms: Simulator
let ear: Ear

async function start(options: Partial<Parameters<typeof startAliyunSms>[0]> = {}): Promise<Simulator> {
  return startAliyunSms({
    ...ACCESS,
    signNames: ['云帆科技'],
    templates: [
      { code: 'SMS_154950909', content: '${name}您好，请点击 ${link} 参加面试。', links: ['link'] },
    ],
    target: ear.url,
    retryScale: 0.0001,
    clock: { now: () => now },
    ...options,
  })
}
beforeEach(async () => {
  now = Date.parse('2026-12-01T02:00:00Z')
  ear = await openEar()
  ear.answer = '{"code":0,"msg":"接收成功"}'
  sms = await start()
})
afterEach(async () => {
  await sms.close()
  await ear.close()
})

async function ask(call: Partial<SignedCall> & Pick<SignedCall, 'action' | 'query'>) {
  const { url, init } = signedRequest(sms.url, { ...ACCESS, at: now, ...call })
  const answer = await fetch(url, init)
  return { status: answer.status, body: (await answer.json()) as Body }
}
const send = (query: Record<string, string> = {}, rest: Partial<SignedCall> = {}) =>
  ask({ action: 'SendSms', query: { ...QUERY, ...query }, ...rest })
async function details(query: Record<string, string> = {}): Promise<Body[]> {
  const answer = await ask({
    method: 'GET',
    action: 'QuerySendDetails',
    query: { PhoneNumber: PHONE, SendDate: '20261201', PageSize: '10', CurrentPage: '1', ...query },
  })
  expect(answer.body['Code']).toBe('OK')
  return (answer.body['SmsSendDetailDTOs'] as { SmsSendDetailDTO: Body[] }).SmsSendDetailDTO
}

describe('Aliyun SMS', () => {
  it('sends the filled template and finds it again by number, day and OutId', async () => {
    const sent = await send()
    expect(sent).toMatchObject({
      status: 200,
      body: { Code: 'OK', BizId: expect.stringMatching(/^\d+\^0$/) },
    })
    expect(await details()).toMatchObject([
      {
        PhoneNum: PHONE,
        OutId: 'effect-0001',
        SendStatus: 3,
        ErrCode: 'DELIVERED',
        SendDate: '2026-12-01 10:00:00',
        Content: '【云帆科技】李雷您好，请点击 https://ai.example.com/i/a1?t=1 参加面试。',
      },
    ])
  })

  it('has no idempotency: the same OutId sent twice is two text messages', async () => {
    await send()
    now += 61_000
    await send()
    expect(sms.effects).toHaveLength(2)
    expect(await details()).toHaveLength(2)
  })

  it('counts a day from midnight in China', async () => {
    now = Date.parse('2026-12-01T16:30:00Z')
    await send()
    expect(await details()).toHaveLength(0)
    expect(await details({ SendDate: '20261202' })).toHaveLength(1)
  })

  it('lets the search lag behind the sending', async () => {
    await sms.close()
    sms = await start({ detailsLagMs: 30_000 })
    await send()
    expect(await details()).toHaveLength(0)
    now += 30_000
    expect(await details()).toHaveLength(1)
  })

  it.each([
    [1, 61_000, 'a second within the minute', 0],
    [5, 61_000, 'a sixth within the hour', 61_000],
    [10, 3_601_000, 'an eleventh within the day', 3_601_000],
  ])('lets %i messages through and refuses %s', async (passes, step, _, wait) => {
    for (let i = 0; i < passes; i++) {
      if (i > 0) now += step
      expect((await send()).body['Code']).toBe('OK')
    }
    now += wait
    expect(await send()).toMatchObject({ status: 200, body: { Code: 'isv.BUSINESS_LIMIT_CONTROL' } })
    expect((await send({ PhoneNumbers: '19900000078' })).body['Code']).toBe('OK')
    expect(sms.effects).toHaveLength(passes + 1)
  })

  it.each([
    ['an unknown signature', { SignName: '别家' }, 200, 'isv.SMS_SIGNATURE_ILLEGAL'],
    ['an unknown template', { TemplateCode: 'SMS_1' }, 200, 'isv.SMS_TEMPLATE_ILLEGAL'],
    ['a number that is none', { PhoneNumbers: '12345' }, 200, 'isv.MOBILE_NUMBER_ILLEGAL'],
    [
      'over 1000 numbers',
      { PhoneNumbers: Array(1001).fill(PHONE).join(',') },
      200,
      'isv.MOBILE_COUNT_OVER_LIMIT',
    ],
    ['a missing place', { TemplateParam: '{"name":"李雷"}' }, 200, 'isv.TEMPLATE_MISSING_PARAMETERS'],
    ['parameters that are no JSON', { TemplateParam: 'name=李雷' }, 200, 'isv.INVALID_JSON_PARAM'],
    [
      'a link where none was approved',
      { TemplateParam: '{"name":"http://x.cn","link":"l"}' },
      200,
      'isv.PARAM_NOT_SUPPORT_URL',
    ],
    [
      'a name that is too long',
      { TemplateParam: `{"name":"${'长'.repeat(36)}","link":"l"}` },
      200,
      'isv.PARAM_LENGTH_LIMIT',
    ],
    ['a parameter it does not know', { Phone: PHONE }, 400, 'InvalidParameter'],
    ['a template code that is none', { TemplateCode: 'welcome' }, 400, 'InvalidParameter'],
  ])('refuses %s', async (_, query, status, code) => {
    expect(await send(query)).toMatchObject({ status, body: { Code: code } })
    expect(sms.effects).toEqual([])
  })

  it.each([
    ['no signature', { bent: { authorization: '' } }, 'IncompleteSignature'],
    ['another secret', { accessKeySecret: 'x' }, 'SignatureDoesNotMatch'],
    ['an unknown key', { accessKeyId: 'LTAInobody' }, 'InvalidAccessKeyId.NotFound'],
    ['a header changed on the way', { bent: { 'x-acs-version': '2020-01-01' } }, 'SignatureDoesNotMatch'],
    ['an old date', { at: Date.parse('2026-12-01T01:00:00Z') }, 'InvalidTimeStamp.Expired'],
  ])('refuses %s', async (_, rest, code) => {
    expect((await send({}, rest)).body['Code']).toBe(code)
    expect(sms.effects).toEqual([])
  })

  it('takes every nonce once', async () => {
    expect((await send({}, { nonce: '__proto__' })).body['Code']).toBe('OK')
    now += 61_000
    expect(await send({}, { nonce: '__proto__' })).toMatchObject({
      status: 400,
      body: { Code: 'SignatureNonceUsed' },
    })
  })

  it('throttles with 429 and no Retry-After', async () => {
    sms.faults.add({ on: 'sendSms', fault: { kind: 'throttled' } })
    expect(await send()).toMatchObject({ status: 429, body: { Code: 'Throttling.User' } })
  })

  it('has sent although the line was cut after the work, as the details show', async () => {
    sms.faults.add({ on: 'sendSms', fault: { kind: 'cut', when: 'after' } })
    await expect(send()).rejects.toThrow()
    expect(await details()).toMatchObject([{ OutId: 'effect-0001' }])
  })
})

describe("Aliyun's receipts", () => {
  it('come as one unsigned list for all numbers of a sending', async () => {
    await sms.close()
    sms = await start({ unreachable: ['19900000078'] })
    await send({ PhoneNumbers: `+86${PHONE},19900000078` })
    await vi.waitFor(() => expect(ear.heard).toHaveLength(1))
    expect(JSON.parse(ear.heard[0]?.raw ?? '')).toMatchObject([
      {
        phone_number: PHONE,
        success: true,
        err_code: 'DELIVERED',
        out_id: 'effect-0001',
        report_time: '2026-12-01 10:00:00',
      },
      { phone_number: '19900000078', success: false, err_code: 'MOBILE_NOT_ON_SERVICE' },
    ])
  })

  it('come again until the answer has a numeric code, three times more at most', async () => {
    ear.answer = '{"code":"0"}'
    await send()
    await vi.waitFor(() => expect(sms.callbacks.records[0]?.state).toBe('failed'))
    expect(ear.heard).toHaveLength(4)
  })

  it('wait for a person where told to', async () => {
    await sms.close()
    sms = await start({ receipts: 'by_hand' })
    await send()
    expect(await details()).toMatchObject([{ SendStatus: 1 }])
    const { messages } = sms.snapshot() as unknown as { messages: { id: string }[] }
    await sms.control('fail', { id: messages[0]?.id ?? '' })
    expect(await details()).toMatchObject([{ SendStatus: 2 }])
    await vi.waitFor(() => expect(ear.heard).toHaveLength(1))
  })
})

describe('the phone page', () => {
  it('shows each text with its link', async () => {
    await send()
    const page = await (await fetch(`${sms.url}/_sandbox`)).text()
    expect(page).toContain('【云帆科技】李雷您好')
    expect(page).toContain('href="https://ai.example.com/i/a1?t=1"')
    expect(page).toContain('已送达')
  })
})

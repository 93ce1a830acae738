/**
 * What the simulated phones got: every SendSms is another text message, limited per signature and number (1 a
 * minute, 5 an hour, 10 a day), with receipts and a details search that lags.
 */

import { randomUUID } from 'node:crypto'
import type { Json } from '../../kernel/json.js'
import { chinaTime } from '../china-time.js'
import { nationalMobile } from '../members.js'
import { createShelf, emptyShelf } from '../shelf.js'
import type { Answer, Call, Control, Handler, Runtime } from '../types.js'
import { failSms } from './errors.js'
import { fillTemplate, type SmsTemplate } from './template.js'

export interface TextMessage {
  readonly id: string
  readonly bizId: string
  readonly phone: string
  readonly signName: string
  readonly templateCode: string
  readonly content: string
  readonly outId: string | null
  readonly sentAt: number
  /** 1 waiting, 2 failed, 3 delivered. */
  readonly status: 1 | 2 | 3
  readonly receivedAt: number | null
}

export interface PhoneRules {
  readonly signNames: readonly string[]
  readonly templates: readonly SmsTemplate[]
  /** Most messages per signature and number; default 1 a minute, 5 an hour, 10 a day. */
  readonly limits?: { readonly minute: number; readonly hour: number; readonly day: number }
  /** `at_once`: receipts go out after the answer. `by_hand`: a person presses 送达 or 失败. */
  readonly receipts?: 'at_once' | 'by_hand'
  /** How far QuerySendDetails is behind, ms. */
  readonly detailsLagMs?: number
  /** Numbers that are switched off: their receipt says so. */
  readonly unreachable?: readonly string[]
}

export const RECEIPT_EVENT = 'smsReport'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MOST_NUMBERS = 1000
const DETAILS_FOR = 30 * DAY
const MOBILE = /^1\d{10}$/
const DEFAULT_LIMITS = { minute: 1, hour: 5, day: 10 }

export interface Phones {
  readonly handlers: Readonly<Record<string, Handler>>
  readonly controls: Readonly<Record<string, Control>>
  messages(): readonly TextMessage[]
}

export function createPhones(runtime: Runtime, rules: PhoneRules): Phones {
  const shelf = createShelf(
    runtime.slice('messages', emptyShelf<TextMessage>),
    runtime.now,
    rules.detailsLagMs,
  )
  const limits = rules.limits ?? DEFAULT_LIMITS

  function checkLimits(signName: string, phone: string) {
    const ages = shelf
      .all()
      .filter(message => message.phone === phone && message.signName === signName)
      .map(message => runtime.now() - message.sentAt)
    const within = (span: number) => ages.filter(age => age < span).length
    if (within(MINUTE) >= limits.minute || within(HOUR) >= limits.hour || within(DAY) >= limits.day)
      failSms('isv.BUSINESS_LIMIT_CONTROL', 'this number got enough for now')
  }

  function send(call: Call): Answer {
    const { PhoneNumbers, SignName, TemplateCode, TemplateParam, OutId } = call.query
    const phones = String(PhoneNumbers)
      .split(',')
      .map(phone => nationalMobile(phone.replace(/^00/, '+')))
    if (phones.length > MOST_NUMBERS) failSms('isv.MOBILE_COUNT_OVER_LIMIT', 'over 1000 numbers')
    if (!phones.every(phone => MOBILE.test(phone)))
      failSms('isv.MOBILE_NUMBER_ILLEGAL', 'not a mainland mobile number')
    const signName = String(SignName)
    if (!rules.signNames.includes(signName)) failSms('isv.SMS_SIGNATURE_ILLEGAL', 'not an approved signature')
    const template =
      rules.templates.find(candidate => candidate.code === TemplateCode) ??
      failSms('isv.SMS_TEMPLATE_ILLEGAL', 'not an approved template')
    const text = fillTemplate(template, TemplateParam as string | undefined)
    for (const phone of phones) checkLimits(signName, phone)

    const bizId = `${runtime.now()}${runtime.id('biz').slice(-5)}^0`
    const sent = phones.map((phone, index): TextMessage => {
      const message: TextMessage = {
        id: `${bizId}/${index}`,
        bizId,
        phone,
        signName,
        templateCode: template.code,
        content: `【${signName}】${text}`,
        outId: typeof OutId === 'string' ? OutId : null,
        sentAt: runtime.now(),
        status: 1,
        receivedAt: null,
      }
      shelf.put(message.id, message)
      runtime.effect({
        verb: 'create',
        resource: 'sms',
        id: message.id,
        body: { phone, content: message.content },
        token: message.outId ?? undefined,
      })
      return message
    })
    if (rules.receipts !== 'by_hand')
      receive(
        sent.map(message => [
          message,
          !(rules.unreachable ?? []).map(nationalMobile).includes(message.phone),
        ]),
      )
    return {
      status: 200,
      body: { Code: 'OK', Message: 'OK', RequestId: randomUUID().toUpperCase(), BizId: bizId },
    }
  }

  /** Receipts come in batches: one callback, a list of verdicts. */
  function receive(verdicts: readonly (readonly [TextMessage, boolean])[]) {
    const at = runtime.now()
    const report = verdicts.map(([message, delivered]) => {
      shelf.put(message.id, { ...message, status: delivered ? 3 : 2, receivedAt: at })
      return {
        phone_number: message.phone,
        send_time: chinaTime(message.sentAt),
        report_time: chinaTime(at),
        success: delivered,
        err_code: delivered ? 'DELIVERED' : 'MOBILE_NOT_ON_SERVICE',
        err_msg: delivered ? '用户接收成功' : '手机停机',
        sms_size: '1',
        biz_id: message.bizId,
        ...(message.outId === null ? {} : { out_id: message.outId }),
      }
    })
    runtime.emit(RECEIPT_EVENT, verdicts[0]?.[0].bizId ?? '', report)
  }

  function details(call: Call): Answer {
    const { PhoneNumber, SendDate, PageSize, CurrentPage, BizId } = call.query
    const day = Date.parse(`${String(SendDate).replace(/(\d{4})(\d{2})(\d{2})/, '$1-$2-$3')}T00:00:00+08:00`)
    if (!(day > runtime.now() - DETAILS_FOR - DAY))
      failSms('isv.INVALID_PARAMETERS', 'SendDate is no day of the last 30')
    const found = shelf
      .search(call.staleBy)
      .filter(message => message.phone === nationalMobile(String(PhoneNumber)))
      .filter(message => message.sentAt >= day && message.sentAt < day + DAY)
      .filter(message => BizId === undefined || message.bizId === BizId)
    const size = Number(PageSize)
    const from = (Number(CurrentPage) - 1) * size
    return {
      status: 200,
      body: {
        Code: 'OK',
        Message: 'OK',
        RequestId: randomUUID().toUpperCase(),
        TotalCount: found.length,
        SmsSendDetailDTOs: { SmsSendDetailDTO: found.slice(from, from + size).map(shown) },
      },
    }
  }

  const verdict = (title: string, delivered: boolean): Control => ({
    title,
    run(input) {
      const message = shelf.get(String(input['id']))
      if (message?.status !== 1) throw new Error('no message waits under this id')
      receive([[message, delivered]])
      return { delivered }
    },
  })

  return {
    messages: () => shelf.all(),
    handlers: { sendSms: send, querySendDetails: details },
    controls: { deliver: verdict('送达', true), fail: verdict('失败', false) },
  }
}

function shown(message: TextMessage): Json {
  return {
    PhoneNum: message.phone,
    SendStatus: message.status,
    ErrCode: message.status === 1 ? '' : message.status === 3 ? 'DELIVERED' : 'MOBILE_NOT_ON_SERVICE',
    TemplateCode: message.templateCode,
    Content: message.content,
    SendDate: chinaTime(message.sentAt),
    ...(message.receivedAt === null ? {} : { ReceiveDate: chinaTime(message.receivedAt) }),
    ...(message.outId === null ? {} : { OutId: message.outId }),
  }
}

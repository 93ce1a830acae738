/**
 * The simulated Aliyun SMS: signature V3 checked in full with every nonce once, no idempotency, limits per number,
 * receipts in a batch without signature, a phone page. The page stands under /_sandbox: `GET /` is the API's.
 */
import { isObject, type Json } from '../../kernel/json.js'
import type { CallbackScheme } from '../callbacks.js'
import { chinaTime } from '../china-time.js'
import type { Section } from '../page.js'
import { type SimulatorOptions, startSimulator } from '../simulator.js'
import type { Runtime, Simulator, Vendor } from '../types.js'
import { failSms, smsProblem } from './errors.js'
import { createPhones, type PhoneRules, type TextMessage } from './phone.js'
import { checkAcs3 } from './signature.js'

export interface AliyunSmsOptions extends SimulatorOptions, PhoneRules {
  readonly accessKeyId: string
  readonly accessKeySecret: string
}

const MINUTE = 60_000
/** Nonces are remembered as long as a date can be valid. */
const NONCES_FOR = 30 * MINUTE

/** Not signed at all; taken when the answer is 200 with a numeric `code`, else again after 1, 5 and 10 minutes. */
const RECEIPTS: CallbackScheme = {
  schedule: [MINUTE, 5 * MINUTE, 10 * MINUTE],
  timeout: 5000,
  encode: draft => ({ body: JSON.stringify(draft.body), headers: {} }),
  accepted: answer => answer.status === 200 && hasNumericCode(answer.body),
}

export function startAliyunSms(options: AliyunSmsOptions): Promise<Simulator> {
  return startSimulator(
    { name: 'aliyun-sms', title: '阿里云短信', document: 'aliyun-sms' },
    runtime => buildAliyunSms(runtime, options),
    { ...options, callbacks: RECEIPTS },
  )
}

function buildAliyunSms(runtime: Runtime, options: AliyunSmsOptions): Vendor {
  const phones = createPhones(runtime, options)
  const nonces = runtime.slice('nonces', () => ({ seen: {} as Record<string, number> }))

  function isFresh(nonce: string): boolean {
    const oldest = runtime.now() - NONCES_FOR
    for (const [known, at] of Object.entries(nonces.seen)) if (at < oldest) delete nonces.seen[known]
    // The colon keeps a nonce like `__proto__` from meaning something.
    const key = `:${nonce}`
    if (Object.hasOwn(nonces.seen, key)) return false
    nonces.seen[key] = runtime.now()
    return true
  }

  return {
    auth: {
      acs3(_, call) {
        const url = new URL(call.path, 'http://vendor')
        const request = {
          method: call.method,
          path: url.pathname,
          query: new Map(url.searchParams),
          headers: call.headers,
          body: call.raw,
        }
        const secretOf = (key: string) => (key === options.accessKeyId ? options.accessKeySecret : undefined)
        const fault = checkAcs3(request, runtime.now(), secretOf, isFresh)
        return fault === undefined ? options.accessKeyId : failSms(fault, 'signature V3')
      },
    },
    saysWaitItself: true,
    problem: smsProblem,
    handlers: phones.handlers,
    controls: phones.controls,
    page: () => [phoneSection(phones.messages())],
    snapshot: () => ({ messages: phones.messages() }) as unknown as Json,
  }
}

function hasNumericCode(body: string): boolean {
  try {
    const answer: unknown = JSON.parse(body)
    return isObject(answer) && typeof answer['code'] === 'number'
  } catch {
    // Not JSON: not taken, so the batch comes again.
    return false
  }
}

const STATUS_WORDS: Readonly<Record<TextMessage['status'], string>> = {
  1: '等待回执',
  2: '失败',
  3: '已送达',
}

function phoneSection(messages: readonly TextMessage[]): Section {
  return {
    title: '手机短信',
    columns: ['时间', '手机号', '内容', '状态', '操作'],
    rows: messages.map(message => [
      chinaTime(message.sentAt),
      message.phone,
      textCell(message.content),
      STATUS_WORDS[message.status],
      {
        actions:
          message.status === 1
            ? [
                { label: '送达', control: 'deliver', input: { id: message.id } },
                { label: '失败', control: 'fail', input: { id: message.id } },
              ]
            : [],
      },
    ]),
  }
}

/** A text with a link is a link, as a phone shows it. */
function textCell(content: string) {
  const href = /https?:\/\/[\w./:?=&%#-]{1,500}/.exec(content)?.[0]
  return href === undefined ? content : { text: content, href }
}

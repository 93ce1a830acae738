/**
 * SMS templates as the console approved them: text with `${name}` places, filled from the JSON in TemplateParam
 * under Aliyun's rules (every place filled, texts only, short, no links where none were approved).
 */
import { isHubError } from '../../kernel/errors.js'
import { isObject, type Json, parseJson } from '../../kernel/json.js'
import { failSms } from './errors.js'

export interface SmsTemplate {
  /** `SMS_154950909` */
  readonly code: string
  /** `${name}您好，…` */
  readonly content: string
  /** Places that were approved to take a link. */
  readonly links?: readonly string[]
}

const PLACE = /\$\{(\w{1,40})\}/g
/** Documented for places of the sort "other"; links may be longer. */
const LONGEST_VALUE = 35
const LONGEST_LINK = 500
const LINK = /https?:\/\/|www\./i

/** @throws VendorProblem isv.INVALID_JSON_PARAM, TEMPLATE_MISSING_PARAMETERS, PARAM_LENGTH_LIMIT, PARAM_NOT_SUPPORT_URL */
export function fillTemplate(template: SmsTemplate, param: string | undefined): string {
  const values = readParam(param)
  return template.content.replace(PLACE, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) return failSms('isv.TEMPLATE_MISSING_PARAMETERS', name)
    if (typeof value !== 'string' && typeof value !== 'number') return failSms('isv.INVALID_JSON_PARAM', name)
    const text = String(value)
    const takesLink = template.links?.includes(name) ?? false
    if (text.length > (takesLink ? LONGEST_LINK : LONGEST_VALUE))
      return failSms('isv.PARAM_LENGTH_LIMIT', name)
    if (LINK.test(text) && !takesLink) return failSms('isv.PARAM_NOT_SUPPORT_URL', name)
    return text
  })
}

function readParam(param: string | undefined): Readonly<Record<string, Json>> {
  if (param === undefined || param === '') return {}
  let value: Json
  try {
    value = parseJson(param)
  } catch (error) {
    if (!isHubError(error)) throw error
    return failSms('isv.INVALID_JSON_PARAM', 'TemplateParam is not JSON')
  }
  if (!isObject(value)) return failSms('isv.INVALID_JSON_PARAM', 'TemplateParam is no object')
  return value as Record<string, Json>
}

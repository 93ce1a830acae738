/**
 * Aliyun's codes: business refusals (`isv.…`) come with HTTP 200, trouble of signature and gateway with their own
 * status. A code that is not in the table cannot be thrown.
 */
import { randomUUID } from 'node:crypto'
import type { Answer, Problem } from '../types.js'
import { VendorProblem } from '../types.js'

const SMS_CODES = {
  'isv.BUSINESS_LIMIT_CONTROL': { status: 200, message: '触发号码天级流控' },
  'isv.MOBILE_NUMBER_ILLEGAL': { status: 200, message: '非法手机号' },
  'isv.MOBILE_COUNT_OVER_LIMIT': { status: 200, message: '手机号码数量超过限制' },
  'isv.SMS_TEMPLATE_ILLEGAL': { status: 200, message: '短信模版不合法' },
  'isv.SMS_SIGNATURE_ILLEGAL': { status: 200, message: '短信签名不合法' },
  'isv.TEMPLATE_MISSING_PARAMETERS': { status: 200, message: '模版缺少变量' },
  'isv.INVALID_JSON_PARAM': { status: 200, message: 'JSON参数不合法，只接受字符串值' },
  'isv.PARAM_LENGTH_LIMIT': { status: 200, message: '参数超出长度限制' },
  'isv.PARAM_NOT_SUPPORT_URL': { status: 200, message: '不支持URL' },
  'isv.INVALID_PARAMETERS': { status: 200, message: '参数异常' },
  IncompleteSignature: {
    status: 400,
    message: 'The request signature does not conform to Aliyun standards.',
  },
  'InvalidAccessKeyId.NotFound': { status: 404, message: 'Specified access key is not found.' },
  SignatureDoesNotMatch: { status: 400, message: 'Specified signature is not matched with our calculation.' },
  'InvalidTimeStamp.Expired': { status: 400, message: 'Specified time stamp or date value is expired.' },
  SignatureNonceUsed: { status: 400, message: 'Specified signature nonce was used already.' },
  InvalidParameter: { status: 400, message: 'The specified parameter is not valid.' },
  'InvalidAction.NotFound': {
    status: 404,
    message: 'Specified api is not found, please check your url and method.',
  },
  'Throttling.User': { status: 429, message: 'Request was denied due to user flow control.' },
  ServiceUnavailable: {
    status: 503,
    message: 'The request has failed due to a temporary failure of the server.',
  },
} as const
export type SmsCode = keyof typeof SMS_CODES

/** @throws VendorProblem always */
export function failSms(code: SmsCode, detail: string): never {
  throw new VendorProblem({ kind: 'invalid', code, detail })
}

const BY_KIND: Readonly<Record<Problem['kind'], SmsCode>> = {
  unauthenticated: 'IncompleteSignature',
  token_expired: 'IncompleteSignature',
  forbidden: 'InvalidAccessKeyId.NotFound',
  not_found: 'InvalidAction.NotFound',
  conflict: 'InvalidParameter',
  unsupported_type: 'InvalidParameter',
  invalid: 'InvalidParameter',
  throttled: 'Throttling.User',
  failed: 'ServiceUnavailable',
}

export function smsProblem(problem: Problem): Answer {
  const known = typeof problem.code === 'string' && Object.hasOwn(SMS_CODES, problem.code)
  const code = known ? (problem.code as SmsCode) : BY_KIND[problem.kind]
  const row = SMS_CODES[code]
  return {
    status: problem.kind === 'failed' ? (problem.status ?? row.status) : row.status,
    body: {
      Code: code,
      Message: `${row.message} (${problem.detail})`,
      RequestId: randomUUID().toUpperCase(),
    },
  }
}

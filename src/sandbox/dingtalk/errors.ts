/**
 * DingTalk's two ways to say no: the new API with HTTP 4xx/5xx and `{code, message, requestid}`, the legacy API
 * with HTTP 200 and `errcode`, token and throttling troubles of topapi wrapped in errcode 88.
 */
import { randomUUID } from 'node:crypto'
import type { Answer, Problem } from '../types.js'
import { VendorProblem } from '../types.js'

const NEW_CODES = {
  InvalidAuthentication: { status: 400, message: '不合法的access_token' },
  invalidClientIdOrSecret: { status: 400, message: '无效的clientId或者clientSecret' },
  invalidParameter: { status: 400, message: '参数错误' },
  idempotencyProcessing: { status: 400, message: '幂等请求处理中' },
  itemNotFound: { status: 404, message: '日程不存在' },
  'InvalidAction.NotFound': { status: 404, message: 'Specified api is not found' },
  'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi': { status: 403, message: '调用该接口的QPS超过限制' },
  systemError: { status: 500, message: '系统错误' },
  processCodeError: { status: 400, message: '审批模板不存在' },
  processInstanceInvalidParameter: { status: 400, message: '参数错误' },
  illegalComponent: { status: 400, message: '表单组件不合法' },
  processInstanceNotExist: { status: 400, message: '审批实例不存在' },
  aflowProcessInstStatusException: { status: 400, message: '审批实例状态异常' },
} as const
export type NewCode = keyof typeof NEW_CODES

const LEGACY_CODES = {
  [-1]: '系统繁忙',
  88: 'ding talk error',
  40089: '不合法的corpid或corpsecret',
  60121: '找不到该用户',
  400002: '无效的参数',
} as const
export type LegacyCode = keyof typeof LEGACY_CODES

const LEGACY_OPERATIONS: ReadonlySet<string> = new Set([
  'getLegacyToken',
  'getUserByMobile',
  'getUser',
  'sendWorkNotice',
  'getSendResult',
])

/** @throws VendorProblem always */
export function failNew(code: NewCode, detail: string): never {
  throw new VendorProblem({ kind: 'invalid', code, detail })
}

/** @throws VendorProblem always */
export function failLegacy(code: LegacyCode, detail: string): never {
  throw new VendorProblem({ kind: 'invalid', code, detail })
}

const NEW_BY_KIND: Readonly<Record<Problem['kind'], NewCode>> = {
  unauthenticated: 'InvalidAuthentication',
  token_expired: 'InvalidAuthentication',
  forbidden: 'invalidParameter',
  not_found: 'InvalidAction.NotFound',
  conflict: 'idempotencyProcessing',
  unsupported_type: 'invalidParameter',
  invalid: 'invalidParameter',
  throttled: 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi',
  failed: 'systemError',
}

/** What errcode 88 wraps. */
const SUB_CODES: Partial<Record<Problem['kind'], readonly [string, string]>> = {
  unauthenticated: ['40014', '不合法的access_token'],
  token_expired: ['40014', '不合法的access_token'],
  throttled: ['90018', '您的服务器调用钉钉开放平台该接口的QPS超过限制'],
}

export function dingtalkProblem(problem: Problem, operation: string | undefined): Answer {
  return LEGACY_OPERATIONS.has(operation ?? '') ? legacyProblem(problem) : newProblem(problem)
}

function newProblem(problem: Problem): Answer {
  const known = typeof problem.code === 'string' && Object.hasOwn(NEW_CODES, problem.code)
  const code = known ? (problem.code as NewCode) : NEW_BY_KIND[problem.kind]
  const row = NEW_CODES[code]
  return {
    status: problem.kind === 'failed' ? (problem.status ?? row.status) : row.status,
    body: { code, message: `${row.message}: ${problem.detail}`, requestid: randomUUID().toUpperCase() },
  }
}

function legacyProblem(problem: Problem): Answer {
  const request_id = randomUUID().slice(0, 12)
  const wrapped = SUB_CODES[problem.kind]
  if (wrapped)
    return {
      status: 200,
      body: {
        errcode: 88,
        errmsg: `${LEGACY_CODES[88]}: ${wrapped[1]}`,
        sub_code: wrapped[0],
        sub_msg: wrapped[1],
        request_id,
      },
    }
  const known = typeof problem.code === 'number' && Object.hasOwn(LEGACY_CODES, problem.code)
  const code = known ? (problem.code as LegacyCode) : problem.kind === 'failed' ? -1 : 400002
  return {
    status: problem.kind === 'failed' ? (problem.status ?? 500) : 200,
    body: { errcode: code, errmsg: `${LEGACY_CODES[code]}: ${problem.detail}`, request_id },
  }
}

export function legacyOk(body: Readonly<Record<string, unknown>>): Answer {
  return {
    status: 200,
    body: { errcode: 0, errmsg: 'ok', request_id: randomUUID().slice(0, 12), ...body } as never,
  }
}

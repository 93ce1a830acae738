/**
 * Feishu's error codes with their documented HTTP status, and the envelope they come in. A code that is not in
 * the table cannot be thrown, so the simulator never invents one.
 */
import { randomBytes } from 'node:crypto'
import type { Answer, Problem } from '../types.js'
import { VendorProblem } from '../types.js'

const FEISHU_CODES = {
  404: { status: 404, msg: '404 page not found' },
  2200: { status: 500, msg: 'internal error' },
  9499: { status: 400, msg: 'Bad Request' },
  10003: { status: 400, msg: 'invalid param' },
  10014: { status: 400, msg: 'app secret invalid' },
  /** Business answer with HTTP 200, as documented for approvals. */
  60012: { status: 200, msg: 'uuid conflict' },
  190002: { status: 400, msg: 'invalid parameters in request' },
  190003: { status: 500, msg: 'internal service error' },
  191000: { status: 404, msg: 'calendar not found' },
  191001: { status: 400, msg: 'invalid calendar_id' },
  193000: { status: 400, msg: 'invalid event_id' },
  193001: { status: 404, msg: 'event not found' },
  193003: { status: 403, msg: 'event is deleted' },
  194000: { status: 404, msg: 'attendee not found' },
  194004: { status: 400, msg: 'invalid attendee type' },
  195100: { status: 404, msg: 'user is dismiss or not exist in the tenant' },
  230001: { status: 400, msg: 'Your request contains an invalid request parameter.' },
  230013: { status: 400, msg: 'Bot has NO availability to this user.' },
  1390001: { status: 400, msg: 'param is invalid' },
  1390002: { status: 400, msg: 'approval code not found' },
  1390003: { status: 400, msg: 'instance code not found' },
  1390007: { status: 400, msg: 'subscription existed' },
  1390015: { status: 400, msg: 'approval is not active' },
  1395001: { status: 400, msg: 'There have been some errors. Please try again later' },
  99991400: { status: 429, msg: 'request trigger frequency limit' },
  99991661: { status: 400, msg: 'Missing access token for authorization.' },
  99991663: {
    status: 400,
    msg: 'Invalid access token for authorization. Please make a test attempt with a valid token.',
  },
  99992402: { status: 400, msg: 'field validation failed' },
} as const
export type FeishuCode = keyof typeof FEISHU_CODES

/** Limit the gateway names in its header: 1000 a minute is the documented one of most calls. */
const RATE_LIMIT = '1000'

/** @throws VendorProblem always */
export function failFeishu(code: FeishuCode, detail: string): never {
  throw new VendorProblem({ kind: 'invalid', code, detail })
}

interface Area {
  readonly invalid: FeishuCode
  readonly failed: FeishuCode
}
const GATEWAY: Area = { invalid: 99992402, failed: 2200 }
const AREAS: readonly (readonly [RegExp, Area])[] = [
  [/Event|Attendees|Calendar/, { invalid: 190002, failed: 190003 }],
  [/Message/, { invalid: 230001, failed: 2200 }],
  [/Instance|Approval/, { invalid: 1390001, failed: 1395001 }],
]

function codeOf(problem: Problem, area: Area): FeishuCode {
  switch (problem.kind) {
    case 'unauthenticated':
      return 99991661
    case 'token_expired':
      return 99991663
    case 'not_found':
      return 404
    case 'unsupported_type':
      return 9499
    case 'throttled':
      return 99991400
    case 'failed':
      return area.failed
    default:
      return area.invalid
  }
}

/** `{code, msg, error}` under the code's own status; throttling says in `x-ogw-ratelimit-reset` when to come back. */
export function feishuProblem(problem: Problem, operation: string | undefined): Answer {
  const area = AREAS.find(([pattern]) => pattern.test(operation ?? ''))?.[1] ?? GATEWAY
  const known = typeof problem.code === 'number' && Object.hasOwn(FEISHU_CODES, problem.code)
  const code = known ? (problem.code as FeishuCode) : codeOf(problem, area)
  const row = FEISHU_CODES[code]
  const logId = randomBytes(16).toString('hex')
  const wait =
    problem.kind === 'throttled'
      ? { 'x-ogw-ratelimit-limit': RATE_LIMIT, 'x-ogw-ratelimit-reset': String(problem.retryAfter ?? 1) }
      : {}
  return {
    status: problem.kind === 'failed' ? (problem.status ?? row.status) : row.status,
    headers: { 'x-tt-logid': logId, ...wait },
    body: { code, msg: row.msg, error: { log_id: logId, message: problem.detail } },
  }
}

export function feishuData(data: Answer['body'] = {}): Answer {
  return { status: 200, body: { code: 0, msg: 'success', data: data as never } }
}

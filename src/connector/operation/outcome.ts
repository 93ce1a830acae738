/**
 * What an answer means. First the document (is this an answer at all?), then the manifest's own words
 * (`errors`, `success`), then the house table of the transport; never a text. An answer nothing explains is
 * unknown, because work may have been done.
 */
import { parseDuration } from '../../kernel/duration.js'
import { type Code, isHubError } from '../../kernel/errors.js'
import { isObject, type Json, type JsonObject, parseJson } from '../../kernel/json.js'
import { familyOf } from '../body/media-type.js'
import { fitXml, readXml, xmlText } from '../body/read-xml.js'
import { attempt, type Evaluator, holds, type Scope } from '../expressions.js'
import type { Connector, Step, Take } from '../manifest/connector.js'
import type { Operation } from '../manifest/openapi.js'
import type { Answered, Exchange, Transport } from '../transport/transport.js'
import type { Outcome, OutcomeKind } from '../types.js'
import { checkAnswer, declaredContent } from './check-answer.js'
import { maskText } from './mask.js'

export interface JudgeContext {
  readonly connector: Connector
  readonly transport: Transport
  readonly step: Step
  /** create, update …, or read, lookup, poll, exchange, check. */
  readonly verb: string
  /** Taken from this answer; a create's must give an id. */
  readonly take: Take | undefined
  readonly needsId: boolean
  readonly scope: Scope
  readonly now: number
  readonly personal: readonly string[]
  /** What came is gone over there: it is taken whatever its form. */
  readonly anyForm?: boolean
}

export interface Judged {
  readonly outcome: Outcome
  /** The scope after the answer: `operation status headers body`. */
  readonly scope: Scope
  /** The vendor did not take the token (401, or the manifest's `expired`). */
  readonly expired: boolean
}

const CODE_OF: Readonly<Record<OutcomeKind, Code | undefined>> = {
  accepted: undefined,
  refused: 'CONNECTOR_ANSWER_REFUSED',
  throttled: 'CONNECTOR_ANSWER_THROTTLED',
  unreachable: 'CONNECTOR_CALL_UNREACHABLE',
  unknown: 'CONNECTOR_ANSWER_FAILED',
  misconfigured: 'CONNECTOR_ACCESS_DENIED',
  absent: 'CONNECTOR_THING_ABSENT',
  exists: 'CONNECTOR_THING_EXISTS',
}

export function judge(exchange: Exchange, context: JudgeContext, expired?: Evaluator): Judged {
  const operation = context.step.operation.id
  if (exchange.kind === 'failed') {
    const is = exchange.left
      ? 'unknown'
      : exchange.code === 'CONNECTOR_ADDRESS_PRIVATE'
        ? 'refused'
        : 'unreachable'
    const detail = maskText(`${operation}: ${exchange.detail}`, context.personal)
    return {
      outcome: outcomeOf(is, exchange.code, detail, { tookMs: exchange.tookMs }),
      scope: context.scope,
      expired: false,
    }
  }
  const { body, broken } = parsed(exchange, context.step.operation)
  const scope: Scope = {
    ...context.scope,
    sent: context.scope['body'],
    operation,
    status: exchange.status,
    headers: exchange.headers,
    body: body === undefined ? null : body,
  }
  const isExpired = exchange.status === 401 || (expired !== undefined && holds(expired, scope))
  const verdict = isExpired
    ? {
        is: 'misconfigured' as const,
        code: 'CONNECTOR_ACCESS_DENIED' as const,
        wait: undefined,
        why: undefined,
      }
    : verdictOf(exchange, body, broken, scope, context)
  const { is, code, why } = verdict
  const taken = is === 'accepted' ? taking(context.take, scope) : undefined
  if (is === 'accepted' && context.needsId && taken?.id === undefined)
    return {
      outcome: outcomeOf('unknown', 'CONNECTOR_ANSWER_WITHOUT_ID', `${operation}: the answer carries no id`, {
        status: exchange.status,
        answer: body,
        tookMs: exchange.tookMs,
      }),
      scope,
      expired: false,
    }
  const words = is === 'accepted' ? '' : (why ?? vendorWords(body))
  const detail = maskText(
    `${operation} answered ${exchange.status}${words ? `: ${words}` : ''}`,
    context.personal,
  )
  return {
    outcome: outcomeOf(is, code, detail, {
      status: exchange.status,
      answer: body,
      wait: verdict.wait,
      id: taken?.id,
      keep: taken?.keep,
      tookMs: exchange.tookMs,
    }),
    scope,
    expired: isExpired,
  }
}

interface Verdict {
  readonly is: OutcomeKind
  readonly code: Code | undefined
  readonly wait: number | undefined
  readonly why: string | undefined
}

function verdictOf(
  answer: Answered,
  body: Json | undefined,
  broken: boolean,
  scope: Scope,
  context: JudgeContext,
): Verdict {
  const row = context.connector.errors.find(rule => holds(rule.when, scope))
  if (row) {
    const own = typeof row.wait === 'object' ? waitOf(attempt(row.wait, scope), context.now) : row.wait
    return { is: row.is, code: CODE_OF[row.is], wait: own ?? retryAfter(answer, context.now), why: undefined }
  }
  const house = context.transport.house(answer, context.verb)
  if (house.is !== 'accepted')
    return { ...house, wait: house.wait ?? retryAfter(answer, context.now), why: undefined }
  const wrong = checkAnswer(context.step.operation, answer, body, context.anyForm, broken)
  if (wrong !== undefined)
    return { is: 'unknown', code: 'CONNECTOR_ANSWER_UNUSABLE', wait: undefined, why: wrong }
  const { success } = context.connector
  if (!success || context.step.operation.server === 'built-in')
    return { is: 'accepted', code: undefined, wait: undefined, why: undefined }
  const verdict = attempt(success, scope)
  if (verdict === true) return { is: 'accepted', code: undefined, wait: undefined, why: undefined }
  // A document that is as declared and says no is a no; where even that cannot be told, nothing is known.
  return verdict === false
    ? { is: 'refused', code: 'CONNECTOR_ANSWER_REFUSED', wait: undefined, why: undefined }
    : {
        is: 'unknown',
        code: 'CONNECTOR_ANSWER_UNUSABLE',
        wait: undefined,
        why: 'the manifest’s success cannot be told from it',
      }
}

interface Parsed {
  readonly body: Json | undefined
  /** It is no sound JSON or XML: the body is its text. */
  readonly broken: boolean
}

/** What the answer says: JSON, whatever it calls itself, or XML in the form of its schema; the text else. */
function parsed(answer: Answered, operation: Operation): Parsed {
  if (answer.body.length === 0) return { body: undefined, broken: false }
  const type = answer.headers['content-type'] ?? ''
  const text = answer.body.toString('utf8')
  try {
    if (familyOf(type) !== 'xml') return { body: parseJson(text), broken: false }
    const read = readXml(xmlText(answer.body, type))
    return { body: fitXml(read, declaredContent(operation, answer)?.schema), broken: false }
  } catch (error) {
    if (!isHubError(error)) throw error
    return { body: text, broken: true }
  }
}

function taking(
  take: Take | undefined,
  scope: Scope,
): { id: string | undefined; keep: JsonObject | undefined } {
  return { id: idOf(take?.id, scope), keep: keepOf(take, scope) }
}

/** An external id is text, whatever the vendor writes; empty is none. */
export function idOf(evaluator: Evaluator | undefined, scope: Scope): string | undefined {
  const value = evaluator && attempt(evaluator, scope)
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function keepOf(
  take: Pick<Take, 'keep' | 'keepAll'> | undefined,
  scope: Scope,
): JsonObject | undefined {
  const whole = take?.keepAll && attempt(take.keepAll, scope)
  if (isObject(whole)) return whole as JsonObject
  if (!take?.keep) return undefined
  const keep: Record<string, Json> = {}
  for (const [name, evaluator] of Object.entries(take.keep)) {
    const value = attempt(evaluator, scope)
    if (value !== undefined) keep[name] = value
  }
  return keep
}

const retryAfter = (answer: Answered, now: number): number | undefined =>
  waitOf(answer.headers['retry-after'], now)

/** Seconds, a date, a duration, or a point in time as epoch seconds or milliseconds; never negative. */
export function waitOf(value: Json | undefined, now: number): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined
  const text = String(value).trim()
  if (text === '') return undefined
  const number = Number(text)
  if (Number.isFinite(number)) {
    if (number > 1e12) return Math.max(0, number - now)
    if (number > 1e9) return Math.max(0, number * 1000 - now)
    return Math.max(0, number * 1000)
  }
  const duration = parseDuration(text)
  if (duration !== undefined) return duration
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

const MESSAGE_NAMES = [
  'message',
  'msg',
  'errmsg',
  'Message',
  'error_description',
  'detail',
  'title',
  'error',
  'code',
  'Code',
]
/** The vendor's own words for a person, wherever such bodies keep them. */
function vendorWords(body: Json | undefined): string {
  if (typeof body === 'string') return body.slice(0, 100)
  if (!isObject(body)) return ''
  for (const name of MESSAGE_NAMES) {
    const word = Object.hasOwn(body, name) ? body[name] : undefined
    if (typeof word === 'string' || typeof word === 'number') return String(word)
    if (isObject(word)) return vendorWords(word as JsonObject)
  }
  return ''
}

export function outcomeOf(
  is: OutcomeKind,
  code: Code | undefined,
  detail: string,
  rest: Partial<Omit<Outcome, 'is' | 'code' | 'detail'>> = {},
): Outcome {
  return {
    is,
    code,
    detail,
    status: rest.status,
    answer: rest.answer,
    wait: rest.wait,
    id: rest.id,
    keep: rest.keep,
    tookMs: rest.tookMs ?? 0,
  }
}

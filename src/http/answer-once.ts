/**
 * `Idempotency-Key`: the same request under the same key gets the same answer, another request is refused, two at
 * once are told to wait. A try that failed is taken over by the next, with the time of the first.
 */
import type { FastifyReply } from 'fastify'
import { HubError } from '../kernel/errors.js'
import { fingerprint, type Json, type JsonObject } from '../kernel/json.js'
import { claimAnswer, forgetAnswers, keepAnswer, loosenAnswer } from '../ledger/kept-answers.js'
import type { Parts } from '../pipeline/parts.js'
import { PROBLEM_TYPE } from './problem.js'
import type { Caller } from './served.js'

export interface Answer {
  readonly status: number
  readonly body: JsonObject
}

export interface OnceRequest {
  readonly parts: Parts
  readonly caller: Caller
  /** Undefined: the request is answered as often as it comes. */
  readonly key: string | undefined
  /** Method, address and body: what must be the same under the same key. */
  readonly request: Json
  /** When this try came. */
  readonly arrivedAt: number
}

const FORGET_EVERY_MS = 10 * 60_000
let forgottenAt = 0

/**
 * @param work gets the time of the first try
 * @throws HubError `HTTP_IDEMPOTENCY_DIFFERS`, `HTTP_IDEMPOTENCY_BUSY`, and whatever work throws
 */
export async function answerOnce(
  { parts, caller, key, request, arrivedAt }: OnceRequest,
  work: (startedAt: number) => Promise<Answer>,
): Promise<Answer> {
  if (key === undefined) return work(arrivedAt)
  const { ledger, clock } = parts
  const place = `${caller.id}\n${key}`
  const claimed = await claimAnswer(ledger, caller.tenant, place, fingerprint(request), arrivedAt)
  if (claimed.is === 'different')
    throw new HubError('HTTP_IDEMPOTENCY_DIFFERS', { detail: 'the first request under this key was another' })
  if (claimed.is === 'open')
    throw new HubError('HTTP_IDEMPOTENCY_BUSY', { detail: 'the first request has no answer yet', wait: 1000 })
  if (claimed.is === 'answered') return claimed.answer as unknown as Answer
  try {
    const answer = await work(claimed.startedAt)
    await keepAnswer(ledger, caller.tenant, place, { ...answer })
    if (clock.now() - forgottenAt > FORGET_EVERY_MS) {
      forgottenAt = clock.now()
      await forgetAnswers(ledger, clock.now())
    }
    return answer
  } catch (error) {
    await loosenAnswer(ledger, caller.tenant, place, clock.now()).catch(cause =>
      parts.log.warn({ cause: String(cause) }, 'http.key-stays-claimed'),
    )
    throw error
  }
}

export function sendAnswer(reply: FastifyReply, { status, body }: Answer): FastifyReply {
  return reply
    .code(status)
    .type(status >= 400 ? PROBLEM_TYPE : 'application/json')
    .send(body)
}

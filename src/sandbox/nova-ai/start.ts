/**
 * The AI interview simulator `nova-ai` (openapi/vendors/nova-ai.yaml): app credentials for a token with a time to
 * live, `code: 0` envelopes over HTTP 200, HMAC-signed callbacks with many events, reports, clips, live scores.
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { Json } from '../../kernel/json.js'
import type { CallbackScheme } from '../callbacks.js'
import { createIdempotency, emptyIdempotency } from '../idempotency.js'
import { type SimulatorOptions, startSimulator } from '../simulator.js'
import { createTokens, emptyTokens } from '../tokens.js'
import type { Answer, Problem, Simulator } from '../types.js'
import { novaControls } from './control.js'
import { novaHandlers } from './handle.js'
import { type LiveStream, openLiveStream } from './live.js'
import { novaPage } from './page.js'
import { openReports } from './report.js'
import { openSessions } from './session.js'

export interface NovaAiOptions extends SimulatorOptions {
  readonly appId: string
  readonly secret: string
  readonly webhookSecret: string
  /** Seconds; default 7 200. */
  readonly tokenTtlS?: number
  /** Milliseconds a clip's link lives; default ten minutes. */
  readonly clipTtlMs?: number
  /** How far `listSessions` is behind, ms; default 0. */
  readonly indexLagMs?: number
}

const DAY = 86_400_000
const TEN_MINUTES = 600_000
/** HTTP status and the vendor's code. */
const WORDS: Readonly<Record<Problem['kind'], [number, number]>> = {
  unauthenticated: [200, 40014],
  token_expired: [200, 42001],
  forbidden: [403, 40301],
  not_found: [200, 40401],
  conflict: [200, 40901],
  unsupported_type: [200, 40001],
  invalid: [200, 40001],
  throttled: [429, 42901],
  failed: [500, 50000],
}

export function startNovaAi(options: NovaAiOptions): Promise<Simulator> {
  return startSimulator(
    { name: 'nova-ai', title: 'Nova AI 智能面试', document: 'nova-ai' },
    runtime => {
      const sessions = openSessions(runtime, options.appId, options.indexLagMs ?? 0)
      const { clipSecret } = runtime.slice('secrets', () => ({ clipSecret: randomBytes(24).toString('hex') }))
      const reports = openReports(runtime, clipSecret, options.clipTtlMs ?? TEN_MINUTES)
      const tokens = createTokens(runtime.slice('tokens', emptyTokens), runtime.now, 'nova_')
      // The first answer again whatever the body: the kind of vendor that hides a changed body.
      const idempotency = createIdempotency(runtime.slice('keys', emptyIdempotency), runtime.now, {
        windowMs: DAY,
        otherBody: 'replay',
      })
      let live: LiveStream | undefined
      return {
        auth: { accessToken: credential => tokens.check(credential.value) },
        handlers: novaHandlers({
          runtime,
          sessions,
          reports,
          tokens,
          idempotency,
          appId: options.appId,
          secret: options.secret,
          tokenTtlS: options.tokenTtlS ?? 7200,
        }),
        problem: novaProblem,
        expireTokens: () => tokens.expireAll(),
        controls: novaControls({ runtime, sessions, reports, appId: options.appId, live: () => live }),
        page: () => novaPage(sessions, reports),
        snapshot: () => ({
          sessions: sessions.shelf.all().map(session => ({
            ...sessions.show(session),
            questions: session.questions,
            feedback: session.feedback,
          })),
          reports: reports.shelf.all().map(report => reports.show(report)) as Json,
        }),
        extend(server) {
          live = openLiveStream(server, tokens)
        },
        close: () => live?.close(),
      }
    },
    { ...options, callbacks: novaCallbacks(options.webhookSecret) },
  )
}

function novaProblem(problem: Problem, operation: string | undefined): Answer {
  const [status, code] = WORDS[problem.kind]
  return {
    status: problem.status ?? (operation === undefined ? 404 : status),
    body: { code: typeof problem.code === 'number' ? problem.code : code, msg: problem.detail },
  }
}

/**
 * `X-Signature` = hex HMAC-SHA256 over `X-Timestamp` (seconds), a full stop, the raw body. An answer counts as
 * taken when it is 200 with `{"ok":true}` within 5 s; else 10 s, 1, 10 and 60 min later.
 */
export function novaCallbacks(secret: string): CallbackScheme {
  return {
    schedule: [10_000, 60_000, 600_000, 3_600_000],
    timeout: 5000,
    encode(draft, how) {
      const body = JSON.stringify(draft.body)
      const timestamp = String(Math.floor(how.at / 1000))
      const key = how.forge === 'wrong' ? `${secret}-not` : secret
      const signature = createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')
      return {
        body,
        headers: {
          'x-timestamp': timestamp,
          ...(how.forge === 'missing' ? {} : { 'x-signature': signature }),
        },
      }
    },
    accepted: answer => answer.status === 200 && /"ok"\s*:\s*true/.test(answer.body),
  }
}

/** The vendor's operations: token, sessions (one per idempotency key), lists by update time, reports, clips. */
import { timingSafeEqual } from 'node:crypto'
import type { Json, JsonObject } from '../../kernel/json.js'
import type { Idempotency } from '../idempotency.js'
import { renderPage } from '../page.js'
import type { Tokens } from '../tokens.js'
import type { Answer, Call, Handler, Runtime } from '../types.js'
import { VendorProblem } from '../types.js'
import { LIBRARY } from './library.js'
import { joinSections } from './page.js'
import type { Reports } from './report.js'
import { type Session, type Sessions, timeOf } from './session.js'

export interface NovaParts {
  readonly runtime: Runtime
  readonly sessions: Sessions
  readonly reports: Reports
  readonly tokens: Tokens
  readonly idempotency: Idempotency
  readonly appId: string
  readonly secret: string
  readonly tokenTtlS: number
}

const PAGE = 50
const OPEN_TO_CHANGE: readonly Session['state'][] = ['invited', 'link_opened', 'scheduled', 'no_show']

const ok = (data?: Json, more: JsonObject = {}): Answer => ({
  status: 200,
  body: { code: 0, msg: 'ok', ...(data === undefined ? {} : { data }), ...more },
})
const bodyOf = (call: Call) => call.body as JsonObject

export function novaHandlers(parts: NovaParts): Record<string, Handler> {
  const { runtime, sessions, reports } = parts
  const note = (verb: 'create' | 'update' | 'delete', resource: string, id: string, call: Call) =>
    runtime.effect({ verb, resource, id, body: call.body ?? null, token: call.headers['idempotency-key'] })
  const sessionOf = (call: Call) => {
    const found = sessions.shelf.get(call.params['session_id'] ?? '')
    if (!found) throw new VendorProblem({ kind: 'not_found', detail: '场次不存在' })
    return found
  }

  return {
    getToken(call) {
      const { app_id, secret } = bodyOf(call)
      if (app_id !== parts.appId || !same(String(secret), parts.secret))
        throw new VendorProblem({ kind: 'unauthenticated', code: 40013, detail: '应用凭证不正确' })
      return ok({ token: parts.tokens.issue(parts.appId, parts.tokenTtlS * 1000), ttl: parts.tokenTtlS })
    },
    getAccount: () => ok({ app_id: parts.appId, name: '云帆科技智能面试' }),
    listCompetencies: () => ok(Object.entries(LIBRARY).map(([code, { name }]) => ({ code, name }))),

    createSession: call =>
      parts.idempotency.once('createSession', call.headers['idempotency-key'], call.raw, () => {
        const session = sessions.create(bodyOf(call))
        note('create', 'session', session.id, call)
        const { session_id, client_ref, join_url, state, created_at } = sessions.show(session) as Record<
          string,
          Json
        >
        return ok({
          session_id: session_id ?? '',
          client_ref: client_ref ?? null,
          join_url: join_url ?? '',
          state: state ?? '',
          created_at: created_at ?? '',
        })
      }),
    getSession: call => ok(sessions.show(sessionOf(call))),
    updateSession(call) {
      const session = sessionOf(call)
      if (!OPEN_TO_CHANGE.includes(session.state))
        throw new VendorProblem({ kind: 'conflict', code: 40902, detail: '场次已开始或已结束，不能修改' })
      const body = bodyOf(call)
      const { scheduled_at, duration_min, ...plain } = body
      const scheduledAt = scheduled_at === undefined ? session.scheduledAt : timeOf(scheduled_at)
      const change = {
        ...(plain as Partial<Session>),
        ...(typeof duration_min === 'number' ? { durationMin: duration_min } : {}),
        scheduledAt,
      }
      const moved = scheduledAt !== session.scheduledAt
      const changed =
        moved && scheduledAt !== null
          ? sessions.move(session.id, 'scheduled', { ...change, movedBy: 'recruiter' })
          : sessions.change(session.id, change, true)
      note('update', 'session', session.id, call)
      return ok(sessions.show(changed))
    },
    cancelSession(call) {
      const session = sessionOf(call)
      if (session.state !== 'cancelled') {
        sessions.move(session.id, 'cancelled')
        note('delete', 'session', session.id, call)
      }
      return ok()
    },
    listSessions(call) {
      const { query } = call
      const found = sessions.shelf
        .search(call.staleBy)
        .filter(session => query['ref'] === undefined || session.ref === query['ref'])
        .filter(session => query['state'] === undefined || session.state === query['state'])
      const page = pageOf(found, call)
      return ok(
        page.items.map(session => sessions.show(session)),
        page.more,
      )
    },
    putFeedback(call) {
      const session = sessionOf(call)
      const { session_id, ...feedback } = bodyOf(call)
      if (session_id !== undefined && session_id !== session.id)
        throw new VendorProblem({ kind: 'invalid', detail: 'session_id 与路径不一致' })
      sessions.change(session.id, { feedback: feedback as JsonObject }, false)
      note('update', 'feedback', session.id, call)
      return ok()
    },

    listReports(call) {
      const page = pageOf(reports.shelf.search(call.staleBy), call)
      return ok(
        page.items.map(report => reports.show(report)),
        page.more,
      )
    },
    getReport: call => ok(reports.show(reports.find(call.params['report_id'] ?? ''))),
    getClip: call => ({
      status: 200,
      type: 'video/mp4',
      body: reports.clip(
        call.params['clip'] ?? '',
        Number(call.query['expires']),
        String(call.query['sign']),
      ),
    }),
    openJoinPage(call) {
      const session = sessions.byTicket(call.params['ticket'] ?? '')
      if (!session) throw new VendorProblem({ kind: 'not_found', status: 404, detail: '链接无效' })
      const seen = session.state === 'invited' ? sessions.move(session.id, 'link_opened') : session
      const page = renderPage('智能面试', joinSections(sessions.show(seen)))
      return { status: 200, type: 'text/html; charset=utf-8', body: Buffer.from(page) }
    },
  }
}

function same(given: string, known: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(known)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** By update time; the cursor is the last item's, in base 36. */
function pageOf<T extends { readonly updatedMs: number }>(
  all: readonly T[],
  call: Call,
): { items: readonly T[]; more: { next: string | null; more: boolean } } {
  const { query } = call
  const cursor = query['cursor'] === undefined ? 0 : Number.parseInt(String(query['cursor']), 36)
  if (Number.isNaN(cursor)) throw new VendorProblem({ kind: 'invalid', detail: '游标无效' })
  const after = Math.max(cursor, Number(query['updated_after'] ?? 0))
  const limit = typeof query['limit'] === 'number' ? query['limit'] : PAGE
  const found = all.filter(item => item.updatedMs > after).sort((a, b) => a.updatedMs - b.updatedMs)
  const items = found.slice(0, limit)
  const more = found.length > items.length
  return { items, more: { next: more ? (items.at(-1)?.updatedMs ?? 0).toString(36) : null, more } }
}

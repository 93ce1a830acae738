/**
 * Interview sessions at the vendor: which state may follow which, times in whole seconds of Beijing text, and one
 * `session.state` callback per change with the whole session in it.
 */
import { randomBytes } from 'node:crypto'
import type { Json, JsonObject } from '../../kernel/json.js'
import { chinaTime } from '../china-time.js'
import { createShelf, emptyShelf, type Shelf } from '../shelf.js'
import type { Runtime } from '../types.js'
import { VendorProblem } from '../types.js'

export type State =
  | 'invited'
  | 'link_opened'
  | 'scheduled'
  | 'started'
  | 'interrupted'
  | 'completed'
  | 'evaluated'
  | 'cancelled'
  | 'no_show'
  | 'expired'

const FOLLOWS: Readonly<Record<State, readonly State[]>> = {
  invited: ['link_opened', 'scheduled', 'started', 'cancelled', 'no_show', 'expired'],
  link_opened: ['scheduled', 'started', 'cancelled', 'no_show', 'expired'],
  scheduled: ['scheduled', 'started', 'cancelled', 'no_show', 'expired'],
  started: ['interrupted', 'completed'],
  interrupted: ['started', 'completed', 'no_show'],
  completed: ['evaluated'],
  evaluated: [],
  cancelled: [],
  no_show: ['scheduled'],
  expired: [],
}
export const STATE_WORDS: Readonly<Record<State, string>> = {
  invited: '已发送',
  link_opened: '已打开',
  scheduled: '已预约',
  started: '面试中',
  interrupted: '已中断',
  completed: '已完成',
  evaluated: '已评估',
  cancelled: '已取消',
  no_show: '未参加',
  expired: '已过期',
}

/** As kept; times in ms since the epoch. */
export interface Session {
  readonly id: string
  readonly ref: string
  readonly ticket: string
  readonly state: State
  readonly stateAt: number
  readonly scheduledAt: number | null
  readonly movedBy: 'candidate' | 'recruiter' | null
  readonly durationMin: number
  readonly window: Json
  readonly candidate: JsonObject
  readonly position: JsonObject
  readonly questions: Json
  readonly feedback: Json
  readonly reportId: string | null
  readonly createdAt: number
  readonly updatedMs: number
}

export interface Sessions {
  readonly shelf: Shelf<Session>
  /** By session id or the caller's reference. @throws VendorProblem not_found */
  find(id: string): Session
  byTicket(ticket: string): Session | undefined
  create(body: JsonObject): Session
  /** Moves to a state (if it may) and says so. @throws VendorProblem conflict */
  move(id: string, state: State, change?: Partial<Session>): Session
  /** Changes without a new state; `say` = by callback too. */
  change(id: string, change: Partial<Session>, say: boolean): Session
  /** As the vendor shows it. */
  show(session: Session): JsonObject
  /** Grows even within one millisecond. */
  stamp(): number
}

export function openSessions(runtime: Runtime, appId: string, lagMs: number): Sessions {
  const shelf = createShelf(runtime.slice('sessions', emptyShelf<Session>), runtime.now, lagMs)
  const clock = runtime.slice('clock', () => ({ last: 0 }))
  const stamp = () => {
    clock.last = Math.max(runtime.now(), clock.last + 1)
    return clock.last
  }
  function keep(session: Session, say: boolean): Session {
    shelf.put(session.id, session)
    if (say) sayEvent(runtime, appId, 'session.state', session.id, show(session))
    return session
  }
  function show(session: Session): JsonObject {
    const end = session.scheduledAt === null ? null : session.scheduledAt + session.durationMin * 60_000
    return {
      session_id: session.id,
      client_ref: session.ref,
      state: session.state,
      state_at: chinaTime(session.stateAt),
      scheduled_at: session.scheduledAt === null ? null : chinaTime(session.scheduledAt),
      scheduled_end: end === null ? null : chinaTime(end),
      moved_by: session.movedBy,
      window: session.window,
      duration_min: session.durationMin,
      candidate: session.candidate,
      position: session.position,
      join_url: `${runtime.url}/join/${session.ticket}`,
      report_id: session.reportId,
      created_at: chinaTime(session.createdAt),
      updated_at: chinaTime(session.updatedMs),
      updated_ms: session.updatedMs,
    }
  }

  const sessions: Sessions = {
    shelf,
    stamp,
    show,
    find(id) {
      const found = shelf.get(id) ?? shelf.all().find(session => session.ref === id)
      if (!found) throw new VendorProblem({ kind: 'not_found', detail: `场次不存在：${id}` })
      return found
    },
    byTicket: ticket => shelf.all().find(session => session.ticket === ticket),
    create(body) {
      const at = stamp()
      const scheduledAt = timeOf(body['scheduled_at'])
      const id = runtime.id('ses')
      return keep(
        {
          id,
          ref: String(body['client_ref']),
          ticket: randomBytes(12).toString('hex'),
          state: scheduledAt === null ? 'invited' : 'scheduled',
          stateAt: at,
          scheduledAt,
          movedBy: scheduledAt === null ? null : 'recruiter',
          durationMin: typeof body['duration_min'] === 'number' ? body['duration_min'] : 45,
          window: body['window'] ?? null,
          candidate: body['candidate'] as JsonObject,
          position: body['position'] as JsonObject,
          questions: body['questions'] ?? [],
          feedback: null,
          reportId: null,
          createdAt: at,
          updatedMs: at,
        },
        true,
      )
    },
    move(id, state, change = {}) {
      const session = sessions.find(id)
      if (!FOLLOWS[session.state].includes(state))
        throw new VendorProblem({
          kind: 'conflict',
          code: 40902,
          detail: `场次${STATE_WORDS[session.state]}，不能改为${STATE_WORDS[state]}`,
        })
      const at = stamp()
      return keep({ ...session, ...change, state, stateAt: at, updatedMs: at }, true)
    },
    change: (id, change, say) => keep({ ...sessions.find(id), ...change, updatedMs: stamp() }, say),
  }
  return sessions
}

/** `yyyy-MM-dd HH:mm:ss`, Beijing. @returns ms since the epoch, null for null and absent */
export function timeOf(text: Json | undefined): number | null {
  return typeof text === 'string' ? Date.parse(`${text.replace(' ', 'T')}+08:00`) : null
}

/** One event in the vendor's envelope; the event's own id survives retries. */
export function sayEvent(runtime: Runtime, appId: string, type: string, key: string, data: JsonObject): void {
  const head = { event_id: runtime.id('ev'), type, created_at: chinaTime(runtime.now()) }
  runtime.emit(type, key, { app_id: appId, events: [{ ...head, ...data }] })
}

/** What candidates and reviewers do at the vendor, as buttons and calls: `POST /_sandbox/do/{name}`. */
import type { Json, JsonObject } from '../../kernel/json.js'
import { chinaTime } from '../china-time.js'
import type { Control, Runtime } from '../types.js'
import { VendorProblem } from '../types.js'
import { LIBRARY } from './library.js'
import type { LiveStream } from './live.js'
import type { Reports } from './report.js'
import { type Session, type Sessions, type State, sayEvent, timeOf } from './session.js'

export interface NovaControlParts {
  readonly runtime: Runtime
  readonly sessions: Sessions
  readonly reports: Reports
  readonly appId: string
  readonly live: () => LiveStream | undefined
}

/** Every control takes `id`: the session's id or the caller's reference. */
export function novaControls(parts: NovaControlParts): Record<string, Control> {
  const { runtime, sessions, reports, appId } = parts
  const find = (input: JsonObject) => sessions.find(String(input['id'] ?? ''))
  const moving = (title: string, state: State): Control => ({
    title,
    run: input => sessions.show(sessions.move(find(input).id, state)),
  })
  const sayReport = (report: {
    id: string
    sessionId: string
    ref: string
    revision: number
    finishedAt: number
  }) =>
    sayEvent(runtime, appId, 'report.ready', report.sessionId, {
      report_id: report.id,
      session_id: report.sessionId,
      client_ref: report.ref,
      revision: report.revision,
      finished_at: chinaTime(report.finishedAt),
    })

  return {
    open: moving('打开链接', 'link_opened'),
    begin: moving('开始面试', 'started'),
    interrupt: moving('中断', 'interrupted'),
    complete: moving('完成面试', 'completed'),
    noShow: moving('未参加', 'no_show'),
    expire: moving('链接过期', 'expired'),
    reschedule: {
      // `at`: Beijing text.
      title: '预约或改约',
      run(input) {
        const at = timeOf(input['at'])
        if (at === null || Number.isNaN(at))
          throw new VendorProblem({ kind: 'invalid', detail: '时间格式应为 2026-12-01 14:00:00' })
        const session = find(input)
        return sessions.show(
          sessions.move(session.id, 'scheduled', { scheduledAt: at, movedBy: 'candidate' }),
        )
      },
    },
    live: {
      // `progress` 0–1, `scores` code → 0–100; over the WebSocket, and by callback with `callback: true`.
      title: '实时评分',
      run(input) {
        const session = find(input)
        const scores = (input['scores'] ?? usualScores(session)) as JsonObject
        const live: JsonObject = {
          session_id: session.id,
          client_ref: session.ref,
          at: chinaTime(runtime.now()),
          progress: typeof input['progress'] === 'number' ? input['progress'] : 0.5,
          scores,
        }
        parts.live()?.publish(live)
        if (input['callback'] === true) sayEvent(runtime, appId, 'session.live', session.id, live)
        return live
      },
    },
    evaluate: {
      // `shares` code → 0–1 of the full marks; what is not given takes the library's usual share.
      title: '生成报告',
      run(input) {
        const session = find(input)
        const known = session.reportId
        if (known !== null)
          throw new VendorProblem({ kind: 'conflict', code: 40902, detail: `已有报告 ${known}` })
        const report = reports.evaluate(session, sharesOf(input), sessions.stamp())
        sessions.move(session.id, 'evaluated', { reportId: report.id })
        sayReport(report)
        return reports.show(report)
      },
    },
    revise: {
      title: '人工复核',
      run(input) {
        const session = find(input)
        if (session.reportId === null) throw new VendorProblem({ kind: 'conflict', detail: '尚无报告' })
        const report = reports.revise(session.reportId, sharesOf(input), sessions.stamp())
        sayReport(report)
        return reports.show(report)
      },
    },
    feedback: {
      title: '候选人反馈',
      run(input) {
        const session = find(input)
        const feedback: JsonObject = {
          session_id: session.id,
          client_ref: session.ref,
          at: chinaTime(runtime.now()),
          rating: typeof input['rating'] === 'number' ? input['rating'] : 5,
          tags: (input['tags'] ?? ['流程清晰']) as Json,
          text: typeof input['text'] === 'string' ? input['text'] : '题目贴近实际工作，体验不错。',
        }
        sayEvent(runtime, appId, 'feedback.received', session.id, feedback)
        return feedback
      },
    },
  }
}

function sharesOf(input: JsonObject): Record<string, number> {
  return (input['shares'] ?? {}) as Record<string, number>
}
function usualScores(session: Session): JsonObject {
  const codes = Object.keys(session.position['competencies'] as JsonObject)
  return Object.fromEntries(codes.map(code => [code, Math.round((LIBRARY[code]?.usual ?? 0.7) * 100)]))
}

/** What the recruiter sees at the vendor, and what the candidate sees behind the join link. */
import type { JsonObject } from '../../kernel/json.js'
import { chinaTime } from '../china-time.js'
import type { Action, Section } from '../page.js'
import type { Reports } from './report.js'
import { type Session, type Sessions, STATE_WORDS } from './session.js'

/** Which buttons make sense in which state. */
function actionsOf(id: string, state: Session['state']): Action[] {
  const button = (label: string, control: string): Action => ({ label, control, input: { id } })
  const move = (label: string): Action => ({
    ...button(label, 'reschedule'),
    ask: { at: { label: '时间，如 2026-12-01 14:00:00' } },
  })
  const byState: Partial<Record<Session['state'], Action[]>> = {
    invited: [button('打开链接', 'open'), move('预约')],
    link_opened: [move('预约'), button('开始面试', 'begin')],
    scheduled: [move('改约'), button('开始面试', 'begin'), button('未参加', 'noShow')],
    started: [button('实时评分', 'live'), button('中断', 'interrupt'), button('完成', 'complete')],
    interrupted: [button('继续', 'begin'), button('完成', 'complete')],
    completed: [button('生成报告', 'evaluate')],
    evaluated: [button('人工复核', 'revise'), button('候选人反馈', 'feedback')],
    no_show: [move('重新预约')],
  }
  return byState[state] ?? []
}

export function novaPage(sessions: Sessions, reports: Reports): Section[] {
  return [
    {
      title: '面试场次',
      columns: ['场次', '候选人', '职位', '状态', '预约时间', '候选人链接', '操作'],
      rows: sessions.shelf
        .all()
        .map(session => [
          session.id,
          String(session.candidate['name']),
          String(session.position['title']),
          STATE_WORDS[session.state],
          session.scheduledAt === null ? '' : chinaTime(session.scheduledAt),
          { text: '打开', href: String(sessions.show(session)['join_url']) },
          { actions: actionsOf(session.id, session.state) },
        ]),
    },
    {
      title: '测评报告',
      columns: ['报告', '场次', '版本', '总分', '等级', '维度', '片段'],
      rows: reports.shelf.all().map(report => {
        const shown = reports.show(report)
        const dims = shown['dims'] as readonly { title: string; score: number; full_marks: number }[]
        const clip = (shown['clips'] as readonly { url: string; title: string }[])[0]
        return [
          report.id,
          report.sessionId,
          report.revision,
          String(shown['total']),
          String(shown['level']),
          dims.map(dim => `${dim.title} ${dim.score}/${dim.full_marks}`).join('\n'),
          clip ? { text: clip.title, href: clip.url } : null,
        ]
      }),
    },
  ]
}

export function joinSections(shown: JsonObject): Section[] {
  const state = shown['state'] as Session['state']
  return [
    {
      title: `${String((shown['candidate'] as JsonObject)['name'])}，您好`,
      note: `职位：${String((shown['position'] as JsonObject)['title'])}。请在预约时间前五分钟进入。`,
      columns: ['状态', '预约时间', '时长', '操作'],
      rows: [
        [
          STATE_WORDS[state],
          shown['scheduled_at'] === null ? '尚未预约' : String(shown['scheduled_at']),
          `${String(shown['duration_min'])} 分钟`,
          { actions: actionsOf(String(shown['session_id']), state) },
        ],
      ],
    },
  ]
}

/** The DingTalk page: calendar with who has answered what, work notices, approvals; buttons for what people do. */
import { isObject, type Json } from '../../kernel/json.js'
import { chinaTime } from '../china-time.js'
import type { Action, Section } from '../page.js'
import type { DingTalkEvent, EventTime, ResponseStatus } from './calendar.js'
import type { DingTalkUser } from './corp.js'
import type { WorkNotice } from './notices.js'
import type { DingTalkInstance } from './workflow.js'

const RESPONSE_WORDS: Readonly<Record<ResponseStatus, string>> = {
  needsAction: '未答复',
  accepted: '接受',
  declined: '拒绝',
  tentative: '待定',
}
const RESULT_WORDS: Readonly<Record<DingTalkInstance['status'], string>> = {
  RUNNING: '审批中',
  COMPLETED: '已完成',
  TERMINATED: '已撤销',
}
const VERDICT_WORDS: Readonly<Record<DingTalkInstance['result'], string>> = {
  '': '',
  agree: '：同意',
  refuse: '：拒绝',
}

function when(time: EventTime | undefined): string {
  if (time === undefined) return ''
  return time.dateTime === undefined
    ? (time.date ?? '')
    : chinaTime(Date.parse(time.dateTime), 'yyyy-MM-dd HH:mm')
}

function answers(event: DingTalkEvent): readonly Action[] {
  if (event.status === 'cancelled') return []
  return event.attendees
    .filter(attendee => attendee.responseStatus === 'needsAction')
    .flatMap(attendee =>
      (['accepted', 'declined'] as const).map(status => ({
        label: `${attendee.displayName}${RESPONSE_WORDS[status]}`,
        control: 'respond',
        input: { event_id: event.id, union_id: attendee.id, status },
      })),
    )
}

function wordsOf(msg: Json): string {
  const text = isObject(msg) ? (msg['text'] ?? msg['markdown']) : undefined
  const words = isObject(text) ? (text['content'] ?? text['text']) : undefined
  return typeof words === 'string' ? words : JSON.stringify(msg)
}

export function dingtalkPage(
  users: readonly DingTalkUser[],
  events: readonly DingTalkEvent[],
  notices: readonly WorkNotice[],
  instances: readonly DingTalkInstance[],
): readonly Section[] {
  const nameOf = (userid: string) => users.find(user => user.userid === userid)?.name ?? userid
  return [
    {
      title: '日历',
      columns: ['日程', '时间', '组织者', '参与人', '状态', '操作'],
      rows: events.map(event => [
        [event.summary, event.description].filter(Boolean).join('\n'),
        `${when(event.start)} 至\n${when(event.end)}`,
        event.organizer.displayName,
        event.attendees.map(a => `${a.displayName}（${RESPONSE_WORDS[a.responseStatus]}）`).join('\n'),
        event.status === 'cancelled' ? '已取消' : '有效',
        { actions: answers(event) },
      ]),
    },
    {
      title: '工作通知',
      columns: ['时间', '接收人', '内容', '被拦截'],
      rows: notices.map(notice => [
        chinaTime(notice.at),
        notice.arrived.map(nameOf).join('、'),
        wordsOf(notice.msg),
        [...notice.repeated.map(userid => `${nameOf(userid)}（重复）`), ...notice.unknown].join('、'),
      ]),
    },
    {
      title: '审批',
      columns: ['审批', '编号', '提交时间', '表单', '状态', '操作'],
      rows: instances.map(instance => [
        instance.title,
        instance.businessId,
        chinaTime(instance.createdAt),
        instance.form.map(component => `${component.name}：${component.value}`).join('\n'),
        `${RESULT_WORDS[instance.status]}${VERDICT_WORDS[instance.result]}`,
        {
          actions:
            instance.status === 'RUNNING'
              ? [
                  { label: '同意', control: 'agree', input: { process_instance_id: instance.id } },
                  { label: '拒绝', control: 'refuse', input: { process_instance_id: instance.id } },
                ]
              : [],
        },
      ]),
    },
  ]
}

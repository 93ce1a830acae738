/** The Feishu page: calendar with who has answered what, messages, approvals; buttons for what people do there. */
import { isObject } from '../../kernel/json.js'
import { chinaTime } from '../china-time.js'
import type { Action, Section } from '../page.js'
import type { FeishuInstance } from './approval.js'
import type { FeishuEntry, Rsvp, TimeInfo } from './calendar-book.js'
import type { FeishuMessage } from './people.js'

const RSVP_WORDS: Readonly<Record<Rsvp, string>> = {
  needs_action: '未答复',
  accept: '接受',
  decline: '拒绝',
  tentative: '待定',
  removed: '已移除',
}
const STATUS_WORDS: Readonly<Record<FeishuInstance['status'], string>> = {
  PENDING: '审批中',
  APPROVED: '已通过',
  REJECTED: '已拒绝',
  CANCELED: '已撤回',
  DELETED: '已删除',
}

function when(time: TimeInfo): string {
  return time.timestamp === undefined
    ? (time.date ?? '')
    : chinaTime(Number(time.timestamp) * 1000, 'yyyy-MM-dd HH:mm')
}

function eventActions(entry: FeishuEntry): readonly Action[] {
  const id = entry.event.event_id
  if (entry.deleted) return []
  const answers = entry.attendees
    .filter(attendee => attendee.type === 'user' && attendee.rsvp_status === 'needs_action')
    .flatMap(attendee =>
      (['accept', 'decline'] as const).map(status => ({
        label: `${attendee.display_name}${RSVP_WORDS[status]}`,
        control: 'rsvp',
        input: { event_id: id, user_id: attendee.user_id ?? '', status },
      })),
    )
  return [
    ...answers,
    { label: '推迟 30 分钟', control: 'move_event', input: { event_id: id, minutes: '30' } },
  ]
}

/** The words in a text message; other sorts are shown as they are. */
function wordsOf(message: FeishuMessage): string {
  const content: unknown = JSON.parse(message.content)
  return isObject(content) && typeof content['text'] === 'string' ? content['text'] : message.content
}

export function feishuPage(
  entries: readonly FeishuEntry[],
  messages: readonly FeishuMessage[],
  instances: readonly FeishuInstance[],
): readonly Section[] {
  return [
    {
      title: '日历',
      columns: ['日程', '时间', '地点或链接', '参与人', '状态', '操作'],
      rows: entries.map(entry => [
        [entry.event.summary, entry.event.description].filter(Boolean).join('\n'),
        `${when(entry.event.start_time)} 至\n${when(entry.event.end_time)}`,
        entry.event.vchat?.meeting_url ?? entry.event.location?.name,
        entry.attendees.map(a => `${a.display_name}（${RSVP_WORDS[a.rsvp_status]}）`).join('\n'),
        entry.deleted ? '已取消' : '有效',
        { actions: eventActions(entry) },
      ]),
    },
    {
      title: '消息',
      columns: ['时间', '接收人', '内容'],
      rows: messages.map(message => [
        chinaTime(Number(message.create_time)),
        message.receiver,
        wordsOf(message),
      ]),
    },
    {
      title: '审批',
      columns: ['审批', '编号', '提交时间', '表单', '状态', '操作'],
      rows: instances.map(instance => [
        instance.approval_name,
        instance.serial_number,
        chinaTime(Number(instance.start_time)),
        formLines(instance.form),
        STATUS_WORDS[instance.status],
        {
          actions:
            instance.status === 'PENDING'
              ? [
                  { label: '同意', control: 'approve', input: { instance_code: instance.instance_code } },
                  { label: '拒绝', control: 'reject', input: { instance_code: instance.instance_code } },
                ]
              : [],
        },
      ]),
    },
  ]
}

function formLines(form: string): string {
  const widgets = JSON.parse(form) as readonly { readonly id: string; readonly value?: unknown }[]
  return widgets
    .map(
      widget =>
        `${widget.id}：${typeof widget.value === 'object' ? JSON.stringify(widget.value) : String(widget.value ?? '')}`,
    )
    .join('\n')
}

/**
 * Feishu attendees, the second call of every invitation: added once however often they are sent, removed by id
 * or by description, answered for by a person's button.
 */
import type { Json } from '../../kernel/json.js'
import type { Answer, Call, Control, Handler } from '../types.js'
import type { CalendarBook, FeishuAttendee, Rsvp } from './calendar-book.js'
import { failFeishu, feishuData } from './errors.js'
import { bodyOf, type FeishuTenant, userIdType } from './tenant.js'

interface AttendeeInput {
  readonly type: FeishuAttendee['type']
  readonly is_optional?: boolean
  readonly user_id?: string
  readonly chat_id?: string
  readonly room_id?: string
  readonly third_party_email?: string
}
interface AttendeeRemoval {
  readonly attendee_ids?: readonly string[]
  readonly delete_ids?: readonly AttendeeInput[]
}

const MOST_ATTENDEES = 3000
const DEFAULT_PAGE = 20

/** An attendee with the id type the caller asked for. */
export function shownAttendee(tenant: FeishuTenant, attendee: FeishuAttendee, call: Call): Json {
  const user = tenant.user('open_id', attendee.user_id ?? '')
  return { ...attendee, ...(user ? { user_id: user.ids[userIdType(call)] } : {}) } as unknown as Json
}

function attendeeOf(tenant: FeishuTenant, input: AttendeeInput, call: Call): FeishuAttendee {
  const common = {
    rsvp_status: 'needs_action' as const,
    is_optional: input.is_optional ?? false,
    is_organizer: false,
  }
  if (input.type === 'user') {
    const user = tenant.user(userIdType(call), input.user_id ?? '')
    if (!user) return failFeishu(195100, 'the user is not in this tenant')
    return {
      ...common,
      type: 'user',
      attendee_id: `user_${user.ids.user_id}`,
      is_external: false,
      display_name: user.name,
      user_id: user.ids.open_id,
    }
  }
  if (input.type === 'third_party') {
    const email = input.third_party_email
    if (email === undefined || !email.includes('@'))
      return failFeishu(190002, 'third_party_email is not an address')
    return {
      ...common,
      type: 'third_party',
      attendee_id: `third_party_${email}`,
      is_external: true,
      display_name: email,
      third_party_email: email,
    }
  }
  const [field, id] =
    input.type === 'chat' ? (['chat_id', input.chat_id] as const) : (['room_id', input.room_id] as const)
  if (id === undefined || id === '') return failFeishu(190002, `${field} is missing`)
  return {
    ...common,
    type: input.type,
    attendee_id: `${input.type}_${id}`,
    is_external: false,
    display_name: id,
    [field]: id,
  }
}

export function attendeeActions(
  tenant: FeishuTenant,
  book: CalendarBook,
): {
  readonly handlers: Readonly<Record<string, Handler>>
  readonly controls: Readonly<Record<string, Control>>
} {
  const { runtime } = tenant

  function addAttendees(call: Call): Answer {
    const entry = book.entryOf(call)
    const wanted = bodyOf<{ attendees: readonly AttendeeInput[] }>(call).attendees.map(input =>
      attendeeOf(tenant, input, call),
    )
    const known = new Set(entry.attendees.map(attendee => attendee.attendee_id))
    const fresh = wanted.filter(attendee => !known.has(attendee.attendee_id))
    if (entry.attendees.length + fresh.length > MOST_ATTENDEES)
      return failFeishu(190002, 'more than 3000 attendees')
    // Documented: with vc_type empty the first attendee makes Feishu mint a meeting link of its own.
    const mints = entry.attendees.length === 0 && entry.event.vchat?.vc_type === undefined
    const event = mints
      ? {
          ...entry.event,
          vchat: { vc_type: 'vc', meeting_url: `https://vc.feishu.cn/j/${runtime.id('vc').slice(-6)}` },
        }
      : entry.event
    const next = { ...entry, event, attendees: [...entry.attendees, ...fresh] }
    book.shelf.put(event.event_id, next)
    for (const attendee of fresh)
      runtime.effect({
        verb: 'create',
        resource: 'attendee',
        id: `${event.event_id}/${attendee.attendee_id}`,
        body: attendee as unknown as Json,
        token: undefined,
      })
    if (fresh.length > 0) book.say(next, 'update', book.usersOf(next))
    return feishuData({ attendees: wanted.map(attendee => shownAttendee(tenant, attendee, call)) })
  }

  function removeAttendees(call: Call): Answer {
    const entry = book.entryOf(call)
    const { attendee_ids: ids = [], delete_ids: described = [] } = bodyOf<AttendeeRemoval>(call)
    const gone = new Set([...ids, ...described.map(input => attendeeOf(tenant, input, call).attendee_id)])
    const left = entry.attendees.filter(attendee => !gone.has(attendee.attendee_id))
    if (left.length === entry.attendees.length) return failFeishu(194000, 'none of these attends')
    const next = { ...entry, attendees: left }
    book.shelf.put(entry.event.event_id, next)
    for (const attendee of entry.attendees)
      if (gone.has(attendee.attendee_id))
        runtime.effect({
          verb: 'delete',
          resource: 'attendee',
          id: `${entry.event.event_id}/${attendee.attendee_id}`,
          body: null,
          token: undefined,
        })
    book.say(next, 'update', book.usersOf(entry))
    return feishuData()
  }

  function listAttendees(call: Call): Answer {
    const { attendees } = book.entryOf(call)
    const skip = Number(call.query['page_token'] ?? 0)
    const items = attendees.slice(skip, skip + Number(call.query['page_size'] ?? DEFAULT_PAGE))
    const end = skip + items.length
    const more = end < attendees.length
    return feishuData({
      has_more: more,
      items: items.map(attendee => shownAttendee(tenant, attendee, call)),
      ...(more ? { page_token: String(end) } : {}),
    })
  }

  return {
    handlers: { addAttendees, removeAttendees, listAttendees },
    controls: {
      rsvp: {
        title: '答复日程',
        run(input) {
          const entry = book.find(String(input['event_id']))
          const status = String(input['status']) as Rsvp
          if (!['accept', 'decline', 'tentative'].includes(status))
            throw new Error('status: accept, decline or tentative')
          const user = tenant.user('open_id', String(input['user_id']))
          if (!user || !entry.attendees.some(attendee => attendee.user_id === user.ids.open_id))
            throw new Error('this person does not attend')
          const attendees = entry.attendees.map(attendee =>
            attendee.user_id === user.ids.open_id ? { ...attendee, rsvp_status: status } : attendee,
          )
          const next = { ...entry, attendees }
          book.shelf.put(entry.event.event_id, next)
          book.say(next, 'rsvp', [user], { from_user_id: { ...user.ids }, rsvp_status: status })
          return { event_id: entry.event.event_id, status }
        },
      },
    },
  }
}

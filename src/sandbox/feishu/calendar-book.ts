/**
 * What the simulated Feishu calendar holds and how it is found: events with their attendees, deleted ones kept
 * (193003), and the event 2.0 that every change of a subscribed calendar makes, our own writes included.
 */
import type { Json } from '../../kernel/json.js'
import { createShelf, emptyShelf, type Shelf } from '../shelf.js'
import type { Call } from '../types.js'
import { failFeishu } from './errors.js'
import { CALENDAR_EVENT, eventV2 } from './events.js'
import type { FeishuTenant, FeishuUser } from './tenant.js'

export interface TimeInfo {
  readonly date?: string
  readonly timestamp?: string
  readonly timezone?: string
}
interface VChat {
  readonly vc_type?: string
  readonly meeting_url?: string
}
/** An event as the API shows it. */
export interface FeishuEvent {
  readonly event_id: string
  readonly organizer_calendar_id: string
  readonly summary?: string
  readonly description?: string
  readonly start_time: TimeInfo
  readonly end_time: TimeInfo
  readonly vchat?: VChat
  readonly location?: { readonly name?: string }
  readonly status: string
  readonly create_time: string
}
export type Rsvp = 'needs_action' | 'accept' | 'tentative' | 'decline' | 'removed'
export interface FeishuAttendee {
  readonly attendee_id: string
  readonly type: 'user' | 'chat' | 'resource' | 'third_party'
  readonly rsvp_status: Rsvp
  readonly is_optional: boolean
  readonly is_organizer: boolean
  readonly is_external: boolean
  readonly display_name: string
  /** Always kept as open_id; answers show the id type asked for. */
  readonly user_id?: string
  readonly chat_id?: string
  readonly room_id?: string
  readonly third_party_email?: string
}
export interface FeishuEntry {
  readonly event: FeishuEvent
  readonly attendees: readonly FeishuAttendee[]
  readonly deleted: boolean
}

const EVENT_ID = /^[0-9a-f-]{36}_\d{1,12}$/

export interface CalendarBook {
  readonly shelf: Shelf<FeishuEntry>
  /** @throws VendorProblem 191000, 191001 */
  checkCalendar(call: Call): string
  /** @throws VendorProblem 193000, 193001, 193003 */
  find(eventId: string): FeishuEntry
  /** The event in the call's path. @throws VendorProblem as the two above */
  entryOf(call: Call): FeishuEntry
  usersOf(entry: FeishuEntry): FeishuUser[]
  say(entry: FeishuEntry, change: string, users: readonly FeishuUser[], rsvp?: Json): void
  subscribe(): void
}

export function openBook(tenant: FeishuTenant, subscribedAtStart: boolean): CalendarBook {
  const { runtime } = tenant
  const shelf = createShelf(runtime.slice('events', emptyShelf<FeishuEntry>), runtime.now)
  const subscription = runtime.slice('calendar', () => ({ subscribed: subscribedAtStart, said: 0 }))

  function checkCalendar(call: Call): string {
    const id = call.params['calendar_id'] ?? ''
    if (id === 'primary' || id === tenant.calendarId) return tenant.calendarId
    return failFeishu(id.includes('@') ? 191000 : 191001, 'not a calendar of this app')
  }
  function find(id: string): FeishuEntry {
    const entry = shelf.get(id)
    if (entry?.deleted) failFeishu(193003, 'the event was deleted')
    if (entry) return entry
    return failFeishu(EVENT_ID.test(id) ? 193001 : 193000, 'no such event')
  }
  function entryOf(call: Call): FeishuEntry {
    checkCalendar(call)
    return find(call.params['event_id'] ?? '')
  }
  function say(entry: FeishuEntry, change: string, users: readonly FeishuUser[], rsvp?: Json) {
    if (!subscription.subscribed) return
    subscription.said++
    const id = entry.event.event_id
    const event = {
      calendar_id: tenant.calendarId,
      user_id_list: users.map(user => ({ ...user.ids })),
      calendar_event_id: id,
      change_type: change,
      ...(rsvp === undefined ? {} : { rsvp_infos: [rsvp] }),
    }
    const at = runtime.now()
    runtime.emit(
      CALENDAR_EVENT,
      id,
      eventV2(tenant.settings, CALENDAR_EVENT, at, String(subscription.said), event),
    )
  }
  function usersOf(entry: FeishuEntry): FeishuUser[] {
    return entry.attendees.flatMap(attendee => tenant.user('open_id', attendee.user_id ?? '') ?? [])
  }

  return {
    shelf,
    checkCalendar,
    find,
    entryOf,
    usersOf,
    say,
    subscribe: () => {
      subscription.subscribed = true
    },
  }
}

/** A point in seconds; a whole day counts from its midnight in Shanghai. */
export function seconds(time: TimeInfo): number {
  return time.timestamp === undefined
    ? Date.parse(`${time.date}T00:00:00+08:00`) / 1000
    : Number(time.timestamp)
}

/** @throws VendorProblem 190002 */
export function checkTimes(start: TimeInfo, end: TimeInfo): void {
  if ((start.timestamp === undefined) !== (end.timestamp === undefined))
    failFeishu(190002, 'start_time and end_time must be of one sort')
  if (!(seconds(start) <= seconds(end)))
    failFeishu(190002, 'end_time is before start_time, or one is missing')
}

/**
 * Feishu calendar v4 events: created under an idempotency key, patched, deleted, listed by span or by page; and
 * what a person can do to them in the calendar.
 */
import { randomUUID } from 'node:crypto'
import type { Json, JsonObject } from '../../kernel/json.js'
import { createIdempotency, emptyIdempotency } from '../idempotency.js'
import type { Answer, Call, Control, Handler } from '../types.js'
import { shownAttendee } from './calendar-attendees.js'
import {
  type CalendarBook,
  checkTimes,
  type FeishuEntry,
  type FeishuEvent,
  seconds,
  type TimeInfo,
} from './calendar-book.js'
import { failFeishu, feishuData } from './errors.js'
import { bodyOf, type FeishuTenant } from './tenant.js'

type EventInput = Partial<
  Omit<FeishuEvent, 'event_id' | 'status' | 'create_time' | 'organizer_calendar_id'>
> & {
  readonly need_notification?: boolean
}

export function eventActions(
  tenant: FeishuTenant,
  book: CalendarBook,
): {
  readonly handlers: Readonly<Record<string, Handler>>
  readonly controls: Readonly<Record<string, Control>>
} {
  const { runtime } = tenant
  const { shelf, checkCalendar, find, entryOf, usersOf, say } = book
  const keys = createIdempotency(runtime.slice('idempotency', emptyIdempotency), runtime.now, {
    // No window is documented: the key is unique for good. A second body under it is not looked at.
    windowMs: Number.MAX_SAFE_INTEGER,
    otherBody: 'replay',
  })

  function create(call: Call): Answer {
    const calendarId = checkCalendar(call)
    const { need_notification: _, ...input } = bodyOf<EventInput>(call)
    const { start_time: start, end_time: end } = input
    if (!start || !end) return failFeishu(190002, 'start_time and end_time are required')
    checkTimes(start, end)
    const event: FeishuEvent = {
      ...input,
      start_time: start,
      end_time: end,
      event_id: `${randomUUID()}_0`,
      organizer_calendar_id: calendarId,
      status: 'confirmed',
      create_time: String(Math.floor(runtime.now() / 1000)),
    }
    const entry = { event, attendees: [], deleted: false }
    shelf.put(event.event_id, entry)
    runtime.effect({
      verb: 'create',
      resource: 'event',
      id: event.event_id,
      body: call.body ?? null,
      token: call.query['idempotency_key'] as string | undefined,
    })
    say(entry, 'create', [])
    return feishuData({ event: event as unknown as Json })
  }

  function change(entry: FeishuEntry, input: EventInput): FeishuEntry {
    const next = { ...entry, event: { ...entry.event, ...input } }
    checkTimes(next.event.start_time, next.event.end_time)
    shelf.put(entry.event.event_id, next)
    say(next, 'update', usersOf(next))
    return next
  }
  function remove(entry: FeishuEntry) {
    shelf.put(entry.event.event_id, {
      ...entry,
      event: { ...entry.event, status: 'cancelled' },
      deleted: true,
    })
    say(entry, 'delete', usersOf(entry))
  }

  function list(call: Call): Answer {
    checkCalendar(call)
    const {
      start_time: from,
      end_time: to,
      anchor_time: anchor,
      page_size: size,
      page_token: page,
    } = call.query
    if ((from === undefined) !== (to === undefined)) failFeishu(190002, 'start_time goes with end_time')
    if (from !== undefined && (anchor !== undefined || page !== undefined))
      failFeishu(190002, 'start_time and end_time go without anchor_time and page_token')
    const low = Number(from ?? anchor ?? 0)
    const high = Number(to ?? Number.MAX_SAFE_INTEGER)
    const events = shelf
      .search(call.staleBy)
      .filter(entry => !entry.deleted)
      .map(entry => entry.event)
      .filter(event => seconds(event.end_time) >= low && seconds(event.start_time) <= high)
    const skip = Number(page ?? 0)
    const items = events.slice(skip, skip + Number(size ?? 500)) as unknown as Json[]
    const more = from === undefined && skip + items.length < events.length
    return feishuData({
      has_more: more,
      items,
      ...(more ? { page_token: String(skip + items.length) } : { sync_token: `sync_${runtime.now()}` }),
    })
  }

  return {
    handlers: {
      createEvent: call =>
        keys.once(
          `createEvent ${call.params['calendar_id'] === 'primary' ? tenant.calendarId : call.params['calendar_id']}`,
          call.query['idempotency_key'] as string | undefined,
          call.raw,
          () => create(call),
        ),
      patchEvent(call) {
        const { need_notification: _, ...input } = bodyOf<EventInput>(call)
        const next = change(entryOf(call), input)
        runtime.effect({
          verb: 'update',
          resource: 'event',
          id: next.event.event_id,
          body: call.body ?? null,
          token: undefined,
        })
        return feishuData({ event: next.event as unknown as Json })
      },
      deleteEvent(call) {
        const entry = entryOf(call)
        remove(entry)
        runtime.effect({
          verb: 'delete',
          resource: 'event',
          id: entry.event.event_id,
          body: null,
          token: undefined,
        })
        return feishuData()
      },
      getEvent(call) {
        const entry = entryOf(call)
        const attendees =
          call.query['need_attendee'] === true
            ? { attendees: entry.attendees.map(attendee => shownAttendee(tenant, attendee, call)) }
            : {}
        return feishuData({ event: { ...entry.event, ...attendees } as unknown as Json })
      },
      listEvents: list,
      subscribeEvents(call) {
        checkCalendar(call)
        book.subscribe()
        return feishuData()
      },
      getPrimaryCalendar: () =>
        feishuData({
          calendars: [
            {
              user_id: '',
              calendar: {
                calendar_id: tenant.calendarId,
                summary: '招聘面试',
                type: 'primary',
                role: 'owner',
              },
            },
          ],
        }),
    },
    controls: {
      move_event: {
        title: '改期',
        run(input: JsonObject) {
          const entry = find(String(input['event_id']))
          const shift = (time: TimeInfo) => ({
            ...time,
            timestamp: String(Number(time.timestamp) + Number(input['minutes'] ?? 30) * 60),
          })
          const next = change(entry, {
            start_time: shift(entry.event.start_time),
            end_time: shift(entry.event.end_time),
          })
          return { start_time: { ...next.event.start_time } }
        },
      },
      remove_event: {
        title: '删除日程',
        run(input) {
          remove(find(String(input['event_id'])))
          return {}
        },
      },
    },
  }
}

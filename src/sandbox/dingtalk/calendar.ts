/**
 * DingTalk calendar v1.0: the organiser's unionId in the path, `x-client-token` remembered for a day, PUT that is
 * partial, deletion for all or for one, and an event for every change, our own writes included.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Json } from '../../kernel/json.js'
import { createIdempotency, emptyIdempotency } from '../idempotency.js'
import { createShelf, emptyShelf } from '../shelf.js'
import type { Answer, Call, Control, Handler } from '../types.js'
import { bodyOf, type DingTalkCorp, type DingTalkUser } from './corp.js'
import { failNew } from './errors.js'
import { CALENDAR_EVENT, dingtalkEvent } from './events.js'

export type ResponseStatus = 'needsAction' | 'accepted' | 'declined' | 'tentative'
export interface EventTime {
  readonly dateTime?: string
  readonly timeZone?: string
  readonly date?: string
}
export interface DingTalkAttendee {
  readonly id: string
  readonly displayName: string
  readonly responseStatus: ResponseStatus
  readonly isOptional: boolean
}
export interface DingTalkEvent {
  readonly id: string
  readonly summary: string
  readonly description?: string
  readonly start: EventTime
  readonly end?: EventTime
  readonly isAllDay?: boolean
  readonly location?: { readonly displayName?: string }
  readonly onlineMeetingInfo?: { readonly type: string; readonly conferenceId: string; readonly url: string }
  readonly organizer: DingTalkAttendee
  readonly attendees: readonly DingTalkAttendee[]
  readonly status: 'confirmed' | 'cancelled'
  readonly createTime: string
  readonly updateTime: string
}
interface AttendeeInput {
  readonly id: string
  readonly isOptional?: boolean
}
interface EventInput {
  readonly id?: string
  readonly summary?: string
  readonly start?: EventTime
  readonly end?: EventTime
  readonly attendees?: readonly AttendeeInput[]
  readonly onlineMeetingInfo?: unknown
  /** Switches of this call alone. */
  readonly extra?: unknown
}

const DAY = 86_400_000
const MOST_ATTENDEES = 5000
const DEFAULT_PAGE = 100

export interface DingTalkCalendar {
  readonly handlers: Readonly<Record<string, Handler>>
  readonly controls: Readonly<Record<string, Control>>
  /** Everything, cancelled events too. */
  events(): readonly DingTalkEvent[]
}

/** @param workMs how long a write takes inside; a second call under the same token meanwhile is `idempotencyProcessing` */
export function createCalendar(corp: DingTalkCorp, workMs: number): DingTalkCalendar {
  const { runtime } = corp
  const shelf = createShelf(runtime.slice('events', emptyShelf<DingTalkEvent>), runtime.now)
  const tokens = createIdempotency(runtime.slice('client_tokens', emptyIdempotency), runtime.now, {
    windowMs: DAY,
    otherBody: 'replay',
    running: { code: 'idempotencyProcessing', detail: 'the first request under this token is still running' },
  })
  const stamp = () => new Date(runtime.now()).toISOString()
  const caller = (call: Call): DingTalkUser =>
    corp.byUnionId(call.params['userId'] ?? '') ??
    failNew('invalidParameter', 'userId is no unionId of this corp')

  function find(id: string): DingTalkEvent {
    const event = shelf.get(id)
    if (!event || event.status === 'cancelled') return failNew('itemNotFound', 'no such event')
    return event
  }
  /** The event in the path, as its owner. */
  function owned(call: Call): DingTalkEvent {
    const { unionid } = caller(call)
    const event = find(call.params['eventId'] ?? '')
    if (event.organizer.id !== unionid) failNew('invalidParameter', 'only the organiser may change the event')
    return event
  }
  function attendeeOf(input: AttendeeInput): DingTalkAttendee {
    const user =
      corp.byUnionId(input.id) ?? failNew('invalidParameter', 'an attendee is no unionId of this corp')
    return {
      id: user.unionid,
      displayName: user.name,
      responseStatus: 'needsAction',
      isOptional: input.isOptional ?? false,
    }
  }
  /** Who attended already keeps the answer given. */
  function merge(known: readonly DingTalkAttendee[], wanted: readonly AttendeeInput[]): DingTalkAttendee[] {
    return wanted.map(input => known.find(attendee => attendee.id === input.id) ?? attendeeOf(input))
  }
  function say(event: DingTalkEvent, changeType: string) {
    const fields = {
      calendarId: 'primary',
      calendarEventId: event.id,
      legacyCalendarEventId: event.id,
      calendarEventUpdateTime: Date.parse(event.updateTime),
      unionIdList: [event.organizer.id, ...event.attendees.map(attendee => attendee.id)],
      changeType,
      operator: { type: 'user' },
    }
    runtime.emit(
      CALENDAR_EVENT,
      event.id,
      dingtalkEvent(corp.settings, CALENDAR_EVENT, runtime.now(), fields),
    )
  }
  function write(event: DingTalkEvent, changeType: string): DingTalkEvent {
    const next = { ...event, updateTime: stamp() }
    shelf.put(event.id, next)
    say(next, changeType)
    return next
  }
  function note(call: Call, verb: 'create' | 'update' | 'delete', resource: string, id: string) {
    runtime.effect({ verb, resource, id, body: call.body ?? null, token: call.headers['x-client-token'] })
  }

  function create(call: Call): Answer {
    const organiser = caller(call)
    const { attendees = [], onlineMeetingInfo, extra: _, ...input } = bodyOf<EventInput>(call)
    const { summary, start } = input
    if (summary === undefined || start === undefined)
      return failNew('invalidParameter', 'summary and start are required')
    checkTimes(start, input.end)
    const id = randomBytes(15).toString('base64url')
    const event = write(
      {
        ...input,
        id,
        summary,
        start,
        ...(onlineMeetingInfo === undefined ? {} : { onlineMeetingInfo: meeting(id) }),
        organizer: { ...attendeeOf({ id: organiser.unionid }), responseStatus: 'accepted' },
        attendees: merge([], attendees),
        status: 'confirmed',
        createTime: stamp(),
        updateTime: stamp(),
      },
      'create',
    )
    note(call, 'create', 'event', id)
    return shown(event)
  }

  function update(call: Call): Answer {
    const event = owned(call)
    const { id, attendees, extra: _, onlineMeetingInfo: __, ...input } = bodyOf<EventInput>(call)
    if (id !== event.id) failNew('invalidParameter', 'id must repeat the event of the path')
    checkTimes(input.start ?? event.start, input.end ?? event.end)
    const next = write(
      { ...event, ...input, ...(attendees ? { attendees: merge(event.attendees, attendees) } : {}) },
      'update',
    )
    note(call, 'update', 'event', event.id)
    return shown(next)
  }

  function remove(call: Call): Answer {
    const { unionid } = caller(call)
    const event = find(call.params['eventId'] ?? '')
    if (event.organizer.id === unionid) write({ ...event, status: 'cancelled' }, 'delete')
    else write({ ...event, attendees: event.attendees.filter(attendee => attendee.id !== unionid) }, 'update')
    note(call, 'delete', 'event', event.id)
    return { status: 200 }
  }

  function addAttendees(call: Call): Answer {
    const event = owned(call)
    const { attendeesToAdd } = bodyOf<{ attendeesToAdd: readonly AttendeeInput[] }>(call)
    const fresh = attendeesToAdd.filter(input => !event.attendees.some(attendee => attendee.id === input.id))
    const attendees = [...event.attendees, ...fresh.map(attendeeOf)]
    if (attendees.length > MOST_ATTENDEES) failNew('invalidParameter', 'more than 5000 attendees')
    write({ ...event, attendees }, 'update')
    for (const input of fresh) note(call, 'create', 'attendee', `${event.id}/${input.id}`)
    return { status: 200 }
  }

  function removeAttendees(call: Call): Answer {
    const event = owned(call)
    const gone = bodyOf<{ attendeesToRemove: readonly { id: string }[] }>(call).attendeesToRemove.map(
      input => input.id,
    )
    write({ ...event, attendees: event.attendees.filter(attendee => !gone.includes(attendee.id)) }, 'update')
    for (const id of gone) note(call, 'delete', 'attendee', `${event.id}/${id}`)
    return { status: 200 }
  }

  function respond(event: DingTalkEvent, unionid: string, responseStatus: ResponseStatus) {
    if (!event.attendees.some(attendee => attendee.id === unionid))
      failNew('invalidParameter', 'not an attendee')
    const attendees = event.attendees.map(attendee =>
      attendee.id === unionid ? { ...attendee, responseStatus } : attendee,
    )
    write({ ...event, attendees }, 'update')
  }

  function list(call: Call): Answer {
    const { unionid } = caller(call)
    const { timeMin, timeMax, showDeleted, maxResults, nextToken } = call.query
    const low = timeMin === undefined ? 0 : Date.parse(String(timeMin))
    const high = timeMax === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(String(timeMax))
    const events = shelf
      .search(call.staleBy)
      .filter(event => showDeleted === true || event.status === 'confirmed')
      .filter(
        event => event.organizer.id === unionid || event.attendees.some(attendee => attendee.id === unionid),
      )
      .filter(event => pointOf(event.end ?? event.start) >= low && pointOf(event.start) <= high)
    const page = pageOf(events, nextToken, maxResults)
    return { status: 200, body: { events: page.items, ...page.next } as unknown as Json }
  }

  /** Every write takes `x-client-token`; the same token at the same operation by the same person is one request. */
  const once =
    (work: Handler): Handler =>
    call =>
      tokens.once(
        `${call.operation} ${call.params['userId']}`,
        call.headers['x-client-token'],
        call.raw,
        async () => {
          if (workMs > 0) await delay(workMs)
          return work(call)
        },
      )

  return {
    events: () => shelf.all(),
    handlers: {
      createEvent: once(create),
      updateEvent: once(update),
      deleteEvent: once(remove),
      addAttendees: once(addAttendees),
      removeAttendees: once(removeAttendees),
      getEvent(call) {
        caller(call)
        return shown(find(call.params['eventId'] ?? ''))
      },
      listEvents: list,
      listAttendees(call) {
        caller(call)
        const event = find(call.params['eventId'] ?? '')
        const page = pageOf(event.attendees, call.query['nextToken'], call.query['maxResults'])
        return { status: 200, body: { attendees: page.items, ...page.next } as unknown as Json }
      },
      respondEvent(call) {
        const { unionid } = caller(call)
        const { responseStatus } = bodyOf<{ responseStatus: ResponseStatus }>(call)
        respond(find(call.params['eventId'] ?? ''), unionid, responseStatus)
        return { status: 200 }
      },
    },
    controls: {
      respond: {
        title: '答复日程',
        run(input) {
          respond(
            find(String(input['event_id'])),
            String(input['union_id']),
            String(input['status']) as ResponseStatus,
          )
          return {}
        },
      },
      remove_event: {
        title: '删除日程',
        run(input) {
          write({ ...find(String(input['event_id'])), status: 'cancelled' }, 'delete')
          return {}
        },
      },
    },
  }
}

function shown(event: DingTalkEvent): Answer {
  return { status: 200, body: event as unknown as Json }
}

function meeting(id: string) {
  return { type: 'dingtalk', conferenceId: id, url: `https://meeting.dingtalk.com/j/${id}` }
}

function pageOf<T>(things: readonly T[], token: Json | undefined, size: Json | undefined) {
  const skip = Number(token ?? 0)
  const items = things.slice(skip, skip + Number(size ?? DEFAULT_PAGE))
  const end = skip + items.length
  return { items, next: end < things.length ? { nextToken: String(end) } : {} }
}

/** Milliseconds; a whole day counts from its midnight in Shanghai. */
function pointOf(time: EventTime): number {
  return Date.parse(time.dateTime ?? `${time.date}T00:00:00+08:00`)
}

function checkTimes(start: EventTime, end: EventTime | undefined): void {
  if (start.dateTime !== undefined && start.timeZone === undefined)
    failNew('invalidParameter', 'timeZone is missing')
  const last = end === undefined ? start : end
  if (!(pointOf(start) <= pointOf(last)))
    failNew('invalidParameter', 'end is before start, or one is missing')
}

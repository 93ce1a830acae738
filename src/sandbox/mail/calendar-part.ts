/**
 * The calendar part of a mail as a mail program reads it (iTIP RFC 5546, iMIP RFC 6047): method, UID, SEQUENCE, times,
 * and what in it breaks the rules, in words for the inbox page.
 */
import ICAL from 'ical.js'

export interface Invite {
  readonly method: string
  readonly uid: string
  readonly sequence: number
  /** As written, with its zone: `2026-12-01T02:00:00Z`. */
  readonly start: string
  readonly end: string
  readonly summary: string
  readonly location: string
  readonly status: string
  readonly stamp: string
  readonly organizer: string
  readonly attendees: readonly { readonly email: string; readonly answer: string }[]
}
export interface ReadInvite {
  /** Undefined where the part is no calendar at all. */
  readonly invite: Invite | undefined
  /** Broken rules, Chinese. */
  readonly problems: readonly string[]
}

const LONGEST_LINE = 75
const UTC = /Z$/
const MAILTO = /^mailto:/i

/** @param declared `method` of the part's Content-Type */
export function readInvite(ics: string, declared: string | undefined): ReadInvite {
  let calendar: ICAL.Component
  try {
    calendar = new ICAL.Component(ICAL.parse(ics))
  } catch {
    // The page says so; a mail program would show the attachment as unreadable.
    return { invite: undefined, problems: ['日历内容无法解析'] }
  }
  const event = calendar.getFirstSubcomponent('vevent')
  if (!event) return { invite: undefined, problems: ['日历中没有 VEVENT'] }
  const text = (name: string) => String(event.getFirstPropertyValue(name) ?? '')
  const invite: Invite = {
    method: String(calendar.getFirstPropertyValue('method') ?? '').toUpperCase(),
    uid: text('uid'),
    sequence: Number(event.getFirstPropertyValue('sequence') ?? 0),
    start: text('dtstart'),
    end: text('dtend'),
    summary: text('summary'),
    location: text('location'),
    status: text('status'),
    stamp: text('dtstamp'),
    organizer: text('organizer').replace(MAILTO, ''),
    attendees: event.getAllProperties('attendee').map(attendee => ({
      email: String(attendee.getFirstValue()).replace(MAILTO, ''),
      answer: String(attendee.getParameter('partstat') ?? 'NEEDS-ACTION'),
    })),
  }
  return { invite, problems: [...linesOf(ics), ...rulesOf(invite, declared)] }
}

function linesOf(ics: string): string[] {
  const long = ics.split('\r\n').some(line => Buffer.byteLength(line) > LONGEST_LINE)
  const bare = /[^\r]\n/.test(ics)
  return [...(long ? ['有超过 75 字节的行'] : []), ...(bare ? ['行尾不是 CRLF'] : [])]
}

function rulesOf(invite: Invite, declared: string | undefined): string[] {
  const rules: readonly (readonly [boolean, string])[] = [
    [invite.method === (declared ?? '').toUpperCase(), 'METHOD 与 Content-Type 不一致'],
    [invite.uid !== '', '缺少 UID'],
    [UTC.test(invite.stamp), 'DTSTAMP 不是 UTC 时间'],
    [invite.start !== '', '缺少 DTSTART'],
    [invite.organizer !== '', '缺少 ORGANIZER'],
    [invite.method !== 'REQUEST' || invite.attendees.length > 0, '缺少 ATTENDEE'],
    [invite.method !== 'REQUEST' || invite.summary !== '', '缺少 SUMMARY'],
    [invite.method !== 'CANCEL' || invite.status === 'CANCELLED', 'CANCEL 缺少 STATUS:CANCELLED'],
  ]
  return rules.flatMap(([holds, words]) => (holds ? [] : [words]))
}

/** What is wrong with a later message about the same UID. */
export function stepProblems(before: Invite, after: Invite): readonly string[] {
  const moved = (['start', 'end', 'location'] as const).some(name => before[name] !== after[name])
  const cancels = after.method === 'CANCEL' && before.method !== 'CANCEL'
  if ((moved || cancels) && after.sequence <= before.sequence) return ['内容变更但 SEQUENCE 没有增加']
  if (after.sequence < before.sequence) return ['SEQUENCE 变小']
  return []
}

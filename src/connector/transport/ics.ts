/**
 * Invitations as iCalendar (RFC 5545) for iMIP (RFC 6047): REQUEST and CANCEL, times in UTC so that no time
 * zone has to be carried along, lines folded at 75 octets with CRLF. Pure: the same input is the same text.
 */
import ICAL from 'ical.js'

export interface Party {
  readonly email: string
  readonly name?: string
}
export interface Invitation {
  readonly method: 'REQUEST' | 'CANCEL'
  readonly uid: string
  readonly sequence: number
  /** Milliseconds since the epoch. */
  readonly stamp: number
  readonly start: number
  readonly end: number
  readonly summary: string
  readonly description?: string
  readonly location?: string
  readonly url?: string
  readonly organizer: Party
  readonly attendees: readonly Party[]
}

const utc = (ms: number): ICAL.Time => ICAL.Time.fromJSDate(new Date(ms), true)

export function writeIcs(invitation: Invitation): string {
  const calendar = new ICAL.Component('vcalendar')
  calendar.updatePropertyWithValue('prodid', '-//hrhub//hrhub//ZH')
  calendar.updatePropertyWithValue('version', '2.0')
  calendar.updatePropertyWithValue('calscale', 'GREGORIAN')
  calendar.updatePropertyWithValue('method', invitation.method)
  const event = new ICAL.Component('vevent')
  event.updatePropertyWithValue('uid', invitation.uid)
  event.updatePropertyWithValue('sequence', invitation.sequence)
  event.updatePropertyWithValue('dtstamp', utc(invitation.stamp))
  event.updatePropertyWithValue('dtstart', utc(invitation.start))
  event.updatePropertyWithValue('dtend', utc(invitation.end))
  event.updatePropertyWithValue('summary', invitation.summary)
  for (const name of ['description', 'location', 'url'] as const) {
    const value = invitation[name]
    if (value !== undefined && value !== '') event.updatePropertyWithValue(name, value)
  }
  event.updatePropertyWithValue('status', invitation.method === 'CANCEL' ? 'CANCELLED' : 'CONFIRMED')
  event.addProperty(party('organizer', invitation.organizer))
  for (const attendee of invitation.attendees) {
    const property = party('attendee', attendee)
    property.setParameter('role', 'REQ-PARTICIPANT')
    if (invitation.method === 'REQUEST') {
      property.setParameter('partstat', 'NEEDS-ACTION')
      property.setParameter('rsvp', 'TRUE')
    }
    event.addProperty(property)
  }
  calendar.addSubcomponent(event)
  return `${fold(calendar.toString().trimEnd())}\r\n`
}

const OCTETS = 75
/** ical.js folds by characters; the limit is octets (RFC 5545 §3.1), and no character may be torn. */
function fold(text: string): string {
  const lines = text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)
  return lines.map(foldLine).join('\r\n')
}
function foldLine(line: string): string {
  let folded = ''
  let length = 0
  for (const character of line) {
    const octets = Buffer.byteLength(character)
    if (length + octets > OCTETS) {
      folded += '\r\n '
      length = 1
    }
    folded += character
    length += octets
  }
  return folded
}

function party(name: string, { email, name: display }: Party): ICAL.Property {
  const property = new ICAL.Property(name)
  property.setValue(`mailto:${email}`)
  // A parameter cannot hold quotes or line breaks (RFC 5545 §3.2); a name loses nothing without them.
  const plain = display === undefined ? '' : [...display].filter(c => c >= ' ' && c !== '"').join('')
  if (plain !== '') property.setParameter('cn', plain)
  return property
}

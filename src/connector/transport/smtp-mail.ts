/**
 * Works out the mails of one effect: Message-ID, UID and SEQUENCE belong to the transport, not to the record,
 * so nothing that moves by itself is in a mapped value. Pure: the same effect gives the same mails.
 */
import { HubError } from '../../kernel/errors.js'
import { isObject, type JsonObject } from '../../kernel/json.js'
import type { EffectProgress, PreparedCall } from '../types.js'
import { type Party, writeIcs } from './ics.js'

export interface Mail {
  readonly messageId: string
  /** ISO instant, the Date of the mail. */
  readonly date: string
  readonly to: readonly Party[]
  readonly cc: readonly Party[]
  readonly replyTo: Party | undefined
  readonly subject: string
  readonly text: string | undefined
  readonly html: string | undefined
  readonly ics: { readonly method: 'REQUEST' | 'CANCEL'; readonly content: string } | undefined
}

/** What one call sends and what it leaves behind; the body of its PreparedCall. */
export interface MailJob {
  readonly mails: readonly Mail[]
  readonly id: string
  readonly keep: JsonObject
}

/** Mails of an effect; undefined where nothing is to be sent (cancelling a mail that was no invitation). */
export function mailJob(
  call: PreparedCall,
  progress: EffectProgress,
  sender: Party,
  now: number,
): MailJob | undefined {
  const kept = progress.kept ?? {}
  const body = progress.verb === 'delete' ? (progress.sent ?? progress.body) : bodyOf(call)
  const domain = sender.email.split('@')[1] ?? 'localhost'
  const messageId = `<${progress.token}@${domain}>`
  const ical = isObject(body['ical']) ? body['ical'] : undefined
  const uid = progress.id ?? (ical ? `${progress.token}@${domain}` : messageId)
  const to = parties(body['to'])
  const common = {
    date: new Date(now).toISOString(),
    cc: parties(body['cc']),
    replyTo: parties([body['reply_to']])[0],
    subject: text(body['subject']) ?? '',
    text: text(body['text']),
    html: text(body['html']),
  }
  if (!ical) {
    if (progress.verb === 'delete') return undefined
    return { mails: [{ ...common, messageId, to, ics: undefined }], id: uid, keep: {} }
  }
  const before = typeof kept['sequence'] === 'number' ? kept['sequence'] : undefined
  const sequence = before === undefined ? 0 : before + 1
  const attendees = parties(ical['attendees'])
  const invitation = (method: 'REQUEST' | 'CANCEL', who: readonly Party[]) => ({
    method,
    content: writeIcs({
      method,
      uid,
      sequence,
      stamp: now,
      start: instant(ical['start'], 'ical.start'),
      end: instant(ical['end'], 'ical.end'),
      summary: text(ical['summary']) ?? common.subject,
      description: text(ical['description']) ?? '',
      location: text(ical['location']) ?? '',
      url: text(ical['url']) ?? '',
      organizer: parties([ical['organizer']])[0] ?? sender,
      attendees: who,
    }),
  })
  const invited = parties(progress.sent?.['to'])
  if (progress.verb === 'delete') {
    const subject = `已取消：${common.subject}`
    const mail = {
      ...common,
      subject,
      messageId,
      to: invited.length ? invited : to,
      ics: invitation('CANCEL', attendees),
    }
    return { mails: [mail], id: uid, keep: { ...kept, sequence } }
  }
  const mails: Mail[] = [{ ...common, messageId, to, ics: invitation('REQUEST', attendees) }]
  // Who is no longer invited learns it from a CANCEL of their own (RFC 5546 §3.2.5).
  const dropped = invited.filter(old => !to.some(entry => same(entry, old)))
  if (dropped.length)
    mails.push({
      ...common,
      cc: [],
      messageId: `<${progress.token}.dropped@${domain}>`,
      to: dropped,
      subject: `已取消：${common.subject}`,
      text: undefined,
      html: undefined,
      ics: invitation('CANCEL', dropped),
    })
  return { mails, id: uid, keep: { sequence } }
}

const same = (a: Party, b: Party): boolean => a.email.toLowerCase() === b.email.toLowerCase()
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function bodyOf(call: PreparedCall): JsonObject {
  const body: unknown = JSON.parse(call.body ?? '{}')
  return isObject(body) ? (body as JsonObject) : {}
}

function parties(value: unknown): readonly Party[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : []
  return all.flatMap(entry => {
    if (!isObject(entry) || typeof entry['email'] !== 'string') return []
    const name = text(entry['name'])
    return [{ email: clean(entry['email']), ...(name !== undefined && { name: clean(name) }) }]
  })
}

/** A line break in an address would begin another header. */
const clean = (value: string): string => value.replace(/[\r\n]+/g, ' ').trim()

function instant(value: unknown, path: string): number {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(at))
    throw new HubError('CONNECTOR_BINDING_ABSENT', { detail: `${path} is no instant`, where: { path } })
  return at
}

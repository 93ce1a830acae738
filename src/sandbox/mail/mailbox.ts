/**
 * A folder of .eml files, one per accepted mail, whole before the server says 250: envelope in the headers that real
 * servers prepend, the bytes as they came after them. The folder alone is the memory; reopening reads it again.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { type AddressObject, type Attachment, type ParsedMail, simpleParser } from 'mailparser'
import { type Invite, readInvite, stepProblems } from './calendar-part.js'

export interface Envelope {
  readonly from: string
  readonly to: readonly string[]
}
export interface Mail {
  /** Name of the file without `.eml`. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly envelope: Envelope
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly messageId: string
  /** An earlier mail of this Message-ID is there: a repeat, which mail programs show once. */
  readonly repeated: boolean
  readonly invite: Invite | undefined
  /** Broken rules of iTIP, Chinese. */
  readonly problems: readonly string[]
}

export interface Mailbox {
  deliver(raw: Buffer, envelope: Envelope, at: number): Promise<Mail>
  mails(): readonly Mail[]
  /** The file's bytes; undefined where there is no such mail. */
  raw(id: string): Buffer | undefined
}

const SUFFIX = '.eml'
const NAME = /^(\d{13})-\d{6}\.eml$/
/** Envelope addresses come from the other side: nothing that could end a header line. */
const UNSAFE = /[\r\n<>,]/g

/** @param folder made where it is missing */
export async function openMailbox(folder: string): Promise<Mailbox> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const mails: Mail[] = []
  const file = (id: string) => join(folder, `${id}${SUFFIX}`)
  let count = 0

  async function add(id: string, bytes: Buffer): Promise<Mail> {
    const mail = await readMail(id, bytes, mails)
    mails.push(mail)
    return mail
  }
  for (const name of readdirSync(folder)
    .filter(candidate => NAME.test(candidate))
    .sort()) {
    const id = name.slice(0, -SUFFIX.length)
    count = Math.max(count, Number(id.slice(-6)))
    await add(id, readFileSync(file(id)))
  }

  return {
    mails: () => mails,
    raw: id => (mails.some(mail => mail.id === id) ? readFileSync(file(id)) : undefined),
    async deliver(raw, envelope, at) {
      count++
      const id = `${String(at).padStart(13, '0')}-${String(count).padStart(6, '0')}`
      const clean = (address: string) => address.replace(UNSAFE, '')
      const head = [
        `Return-Path: <${clean(envelope.from)}>`,
        `Delivered-To: ${envelope.to.map(clean).join(', ')}`,
        `Received: by sandbox.example; ${new Date(at).toUTCString()}`,
        '',
      ].join('\r\n')
      const bytes = Buffer.concat([Buffer.from(head), raw])
      writeWhole(file(id), bytes)
      return add(id, bytes)
    },
  }
}

function writeWhole(path: string, bytes: Buffer): void {
  const handle = openSync(`${path}.part`, 'w', 0o600)
  try {
    writeSync(handle, bytes)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(`${path}.part`, path)
}

async function readMail(id: string, bytes: Buffer, earlier: readonly Mail[]): Promise<Mail> {
  const parsed = await simpleParser(bytes, { skipImageLinks: true, maxHtmlLengthToParse: 256 * 1024 })
  const part = calendarPart(parsed)
  const { invite, problems } = part
    ? readInvite(part.content.toString('utf8'), methodOf(part))
    : { invite: undefined, problems: [] }
  const messageId = parsed.messageId ?? ''
  const repeated = messageId !== '' && earlier.some(mail => mail.messageId === messageId)
  const to = addressesOf(parsed.to)
  const before =
    invite && earlier.findLast(mail => mail.invite?.uid === invite.uid && sharesReceiver(mail.to, to))?.invite
  return {
    id,
    at: Number(id.slice(0, 13)),
    envelope: { from: header(bytes, 'Return-Path'), to: header(bytes, 'Delivered-To').split(', ') },
    from: addressesOf(parsed.from)[0] ?? '',
    to,
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    messageId,
    repeated,
    invite,
    problems: invite && before && !repeated ? [...problems, ...stepProblems(before, invite)] : problems,
  }
}

/** Mail programs act on the `text/calendar` part that names a method; the attached copy is for saving. */
function calendarPart(parsed: ParsedMail): Attachment | undefined {
  const parts = parsed.attachments.filter(
    part => part.contentType === 'text/calendar' || part.contentType === 'application/ics',
  )
  return parts.find(part => methodOf(part) !== undefined) ?? parts[0]
}

function methodOf(part: Attachment): string | undefined {
  const type = part.headers.get('content-type')
  const params = typeof type === 'object' && 'params' in type ? (type.params as Record<string, string>) : {}
  return params['method']
}

function addressesOf(addresses: AddressObject | AddressObject[] | undefined): string[] {
  return [addresses ?? []].flat().flatMap(group => group.value.flatMap(entry => entry.address ?? []))
}

function sharesReceiver(some: readonly string[], others: readonly string[]): boolean {
  return some.some(address => others.includes(address))
}

/** One of the lines this mailbox put on top. */
function header(bytes: Buffer, name: string): string {
  const line = bytes
    .toString('latin1', 0, 64 * 1024)
    .split('\r\n', 3)
    .find(text => text.startsWith(`${name}: `))
  return Buffer.from(line?.slice(name.length + 2) ?? '', 'latin1')
    .toString('utf8')
    .replace(/^<|>$/g, '')
}

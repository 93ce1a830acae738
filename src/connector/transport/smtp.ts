/**
 * Mail through nodemailer. The call's body holds its mails worked out to the last header, so a repeat is the
 * same mail under the same Message-ID. SMTP's own house table: 4xx is later, 5xx is never; an end nobody
 * knows is repeated, because a second copy with one UID and SEQUENCE replaces the first.
 */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { Readable } from 'node:stream'
import type { SendMailOptions, SentMessageInfo } from 'nodemailer'
import { isObject, type Json } from '../../kernel/json.js'
import { isPrivateAddress, PrivateAddressError } from './address.js'
import type { Party } from './ics.js'
import { SMTP_DOCUMENT } from './smtp-document.js'
import { type Mail, type MailJob, mailJob } from './smtp-mail.js'
import {
  type Answered,
  answeredJson,
  type Exchange,
  type HouseVerdict,
  type Transport,
  type TransportKind,
  type TransportOptions,
} from './transport.js'

const MINUTE = 60_000
const AUTH_CODES: readonly number[] = [530, 534, 535, 538]
/** nodemailer's own codes for a login that cannot work. */
const AUTH_ERRORS: readonly unknown[] = ['EAUTH', 'ENOAUTH', 'EOAUTH2']

export const smtp: TransportKind = { document: SMTP_DOCUMENT, onUnknown: 'repeat', open: openSmtp }

/**
 * Settings: host, port, secure (TLS from the start), require_tls (below), user, password, from (`a@b.c`), from_name.
 */
function openSmtp(options: TransportOptions): Transport {
  const { settings, clock, timeoutMs } = options
  const word = (name: string) => (typeof settings[name] === 'string' ? settings[name] : undefined)
  const host = word('host') ?? 'localhost'
  const fromName = word('from_name')
  const sender: Party = { email: word('from') ?? '', ...(fromName !== undefined && { name: fromName }) }

  async function connectTransport() {
    const address = await resolve(host, options.allowPrivate)
    const user = word('user')
    const { createTransport } = await import('nodemailer')
    return createTransport({
      host: address,
      port: typeof settings['port'] === 'number' ? settings['port'] : 25,
      secure: settings['secure'] === true,
      requireTLS: needsTls(address, settings['require_tls']),
      // The socket goes to the checked address; the certificate must still be the name's.
      tls: { servername: isIP(host) ? '' : host },
      ...(user !== undefined && { auth: { user, pass: word('password') ?? '' } }),
      connectionTimeout: Math.min(10_000, timeoutMs),
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }

  async function attempt(began: number, work: (sending: () => void) => Promise<Json>): Promise<Exchange> {
    const took = () => Math.round(performance.now() - began)
    let left = false
    try {
      const body = await work(() => {
        left = true
      })
      return answeredJson(250, body, took())
    } catch (cause) {
      return failedWith(cause, left, took())
    }
  }

  return {
    prepare(call, progress) {
      const job = mailJob(call, progress, sender, clock.now())
      return job && { ...call, body: JSON.stringify(job), mediaType: 'application/json' }
    },
    async send(_, call) {
      const began = performance.now()
      if (call === undefined || call.operation === 'check')
        return attempt(began, async () => {
          const transport = await connectTransport()
          try {
            await transport.verify()
            return {}
          } finally {
            transport.close()
          }
        })
      const job = JSON.parse(call.body ?? '{}') as MailJob
      return attempt(began, async sending => {
        const transport = await connectTransport()
        const rejected: string[] = []
        try {
          for (const mail of job.mails) {
            const info = await deliver(transport, mail, sender, sending)
            rejected.push(...info)
          }
        } finally {
          transport.close()
        }
        return { id: job.id, keep: rejected.length ? { ...job.keep, rejected } : job.keep }
      })
    },
    house: smtpHouse,
    close: async () => {},
  }
}

/**
 * STARTTLS is an offer that whoever sits on the line can take out: beyond the own network a mail waits rather than
 * goes in the clear, unless the connection says `require_tls: false`.
 */
export function needsTls(address: string, setting: Json | undefined): boolean {
  return typeof setting === 'boolean' ? setting : !isPrivateAddress(address)
}

async function resolve(host: string, allowPrivate: boolean): Promise<string> {
  if (isIP(host)) {
    if (!allowPrivate && isPrivateAddress(host)) throw new PrivateAddressError(host)
    return host
  }
  const addresses = await lookup(host, { all: true })
  const open = addresses.find(entry => allowPrivate || !isPrivateAddress(entry.address))
  if (!open) throw new PrivateAddressError(host)
  return open.address
}

async function deliver(
  transport: { sendMail(mail: SendMailOptions): Promise<unknown> },
  mail: Mail,
  sender: Party,
  sending: () => void,
): Promise<readonly string[]> {
  const raw = await composeMail(mail, sender)
  const bytes = Readable.from(
    (function* () {
      sending()
      yield raw
    })(),
  )
  const everyone = [...mail.to, ...mail.cc].map(entry => entry.email)
  const info = (await transport.sendMail({ envelope: { from: sender.email, to: everyone }, raw: bytes })) as {
    rejected?: readonly (string | { address: string })[]
  }
  return (info.rejected ?? []).map(entry => (typeof entry === 'string' ? entry : entry.address))
}

/** The bytes of a mail; the same mail gives the same bytes. */
export async function composeMail(mail: Mail, sender: Party): Promise<Buffer> {
  const { createTransport } = await import('nodemailer')
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  const mailbox = ({ email, name }: Party) => ({ address: email, name: name ?? '' })
  const info = (await composer.sendMail({
    from: mailbox(sender),
    to: mail.to.map(mailbox),
    cc: mail.cc.map(mailbox),
    ...(mail.replyTo && { replyTo: mailbox(mail.replyTo) }),
    subject: mail.subject,
    text: mail.text ?? mail.subject,
    ...(mail.html !== undefined && { html: mail.html }),
    ...(mail.ics && {
      icalEvent: { method: mail.ics.method, content: mail.ics.content, filename: 'invite.ics' },
    }),
    messageId: mail.messageId,
    date: new Date(mail.date),
    headers: { 'Auto-Submitted': 'auto-generated' },
    // Random boundaries would make a repeat another mail.
    ...({ baseBoundary: mail.messageId.replace(/[^A-Za-z0-9]/g, '').slice(0, 40) } as SendMailOptions),
    disableFileAccess: true,
    disableUrlAccess: true,
  })) as SentMessageInfo & { message: Buffer }
  return info.message
}

function failedWith(cause: unknown, left: boolean, tookMs: number): Exchange {
  const error = isObject(cause) || cause instanceof Error ? (cause as Record<string, unknown>) : {}
  const message = cause instanceof Error ? cause.message : 'the mail could not be sent'
  const status = error['responseCode']
  // Without a number of the server's it is the handshake that failed, which may work later.
  if (error['code'] === 'ETLS' && typeof status === 'number')
    return answeredJson(
      538,
      { message: `the server takes no STARTTLS, and nothing goes in the clear: ${message}` },
      tookMs,
    )
  if (typeof status === 'number') return answeredJson(status, { message }, tookMs)
  if (AUTH_ERRORS.includes(error['code'])) return answeredJson(535, { message }, tookMs)
  const code =
    cause instanceof PrivateAddressError
      ? 'CONNECTOR_ADDRESS_PRIVATE'
      : left
        ? 'CONNECTOR_CALL_CUT'
        : 'CONNECTOR_CALL_UNREACHABLE'
  return { kind: 'failed', left, code, detail: message, tookMs, cause }
}

/** RFC 5321: 4yz transient, 5yz permanent; the reverse of HTTP's. */
export function smtpHouse(answer: Answered): HouseVerdict {
  const { status } = answer
  if (status < 400) return { is: 'accepted', code: undefined }
  if (AUTH_CODES.includes(status)) return { is: 'misconfigured', code: 'CONNECTOR_ACCESS_DENIED' }
  if (status < 500) return { is: 'throttled', code: 'CONNECTOR_ANSWER_THROTTLED', wait: 5 * MINUTE }
  return { is: 'refused', code: 'CONNECTOR_ANSWER_REFUSED' }
}

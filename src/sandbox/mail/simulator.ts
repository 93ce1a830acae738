/**
 * The simulated mail server: SMTP for the hub, an inbox page for people with every mail and its calendar part in
 * plain Chinese, the .eml files in a folder. Faults come by the framework's switches (`connect`, `rcpt`, `data`).
 */
import type { FastifyInstance } from 'fastify'
import type { Json } from '../../kernel/json.js'
import { chinaTime } from '../china-time.js'
import type { Faults } from '../misbehaviour.js'
import { renderPage, type Section } from '../page.js'
import { type SimulatorOptions, startSimulator } from '../simulator.js'
import type { Runtime, Simulator, Vendor } from '../types.js'
import type { Invite } from './calendar-part.js'
import { type Envelope, type Mail, type Mailbox, openMailbox } from './mailbox.js'
import { openSmtp, type SmtpDoor, type SmtpOptions } from './smtp.js'

export interface MailOptions extends SimulatorOptions, Pick<SmtpOptions, 'login' | 'unknownReceivers'> {
  /** Where the .eml files go. */
  readonly mailFolder: string
  readonly smtpPort?: number
}

export interface MailServer {
  /** The inbox page and the switches; its `url` is what a person opens. */
  readonly simulator: Simulator
  readonly smtp: { readonly host: string; readonly port: number }
  mails(): readonly Mail[]
  close(): Promise<void>
}

/** The API of a mail server is SMTP: nothing for OpenAPI to describe. */
const NO_OPERATIONS = { openapi: '3.1.0', info: { title: 'Mail', version: '1' }, paths: {} } as const

export async function startMail(options: MailOptions): Promise<MailServer> {
  const mailbox = await openMailbox(options.mailFolder)
  const door: { faults: Faults | undefined; smtp: SmtpDoor | undefined } = {
    faults: undefined,
    smtp: undefined,
  }
  const simulator = await startSimulator(
    { name: 'mail', title: '邮件收件箱', document: NO_OPERATIONS },
    runtime => {
      const remembered = runtime.slice('smtp', () => ({ port: 0 }))
      return {
        ...inbox(mailbox),
        async extend(server) {
          addMailPages(server, mailbox)
          door.smtp = await openSmtp({
            ...options,
            port: options.smtpPort ?? remembered.port,
            faults: () => door.faults,
            keep: (raw, envelope) => keep(runtime, mailbox, raw, envelope),
          })
          remembered.port = door.smtp.port
        },
        close: () => door.smtp?.close(),
      }
    },
    options,
  )
  door.faults = simulator.faults
  return {
    simulator,
    smtp: { host: '127.0.0.1', port: door.smtp?.port ?? 0 },
    mails: () => mailbox.mails(),
    close: () => simulator.close(),
  }
}

async function keep(runtime: Runtime, mailbox: Mailbox, raw: Buffer, envelope: Envelope): Promise<void> {
  const { id, to, subject, invite, messageId } = await mailbox.deliver(raw, envelope, runtime.now())
  const event = invite ? { method: invite.method, uid: invite.uid, sequence: invite.sequence } : {}
  runtime.effect({
    verb: 'create',
    resource: 'mail',
    id,
    body: { to: [...to], subject, ...event },
    token: messageId,
  })
}

function inbox(mailbox: Mailbox): Omit<Vendor, 'extend' | 'close'> {
  return {
    handlers: {},
    auth: {},
    problem: problem => ({ status: 404, body: { error: problem.detail } }),
    page: () => [meetings(mailbox.mails()), letters(mailbox.mails())],
    snapshot: () => ({ mails: mailbox.mails() }) as unknown as Json,
  }
}

/** `/mails/ID` for people, `/mails/ID.eml` as it came. */
function addMailPages(server: FastifyInstance, mailbox: Mailbox): void {
  server.get<{ Params: { file: string } }>('/mails/:file', (request, reply) => {
    const { file } = request.params
    const mail = mailbox.mails().find(candidate => candidate.id === file.replace(/\.eml$/, ''))
    if (!mail) return reply.code(404).type('text/plain; charset=utf-8').send('没有这封邮件')
    if (file.endsWith('.eml')) return reply.type('message/rfc822').send(mailbox.raw(mail.id))
    return reply.type('text/html; charset=utf-8').send(renderPage(mail.subject, letter(mail)))
  })
}

const METHOD_WORDS: Readonly<Record<string, string>> = { REQUEST: '邀请', CANCEL: '取消', REPLY: '答复' }

function span(invite: Invite): string {
  const shown = (time: string) => {
    const at = Date.parse(time)
    return Number.isNaN(at) ? time : chinaTime(at, 'yyyy-MM-dd HH:mm')
  }
  return `${shown(invite.start)} 至 ${shown(invite.end)}`
}

function words(invite: Invite): string {
  return `${METHOD_WORDS[invite.method] ?? invite.method}（第 ${invite.sequence} 版）\n${span(invite)}`
}

/** What an attendee's calendar would show: the newest version of each meeting. */
function meetings(mails: readonly Mail[]): Section {
  const newest = new Map<string, { readonly invite: Invite; readonly mails: number }>()
  for (const { invite } of mails) {
    if (!invite) continue
    const known = newest.get(invite.uid)
    const wins = !known || invite.sequence >= known.invite.sequence
    newest.set(invite.uid, { invite: wins ? invite : known.invite, mails: (known?.mails ?? 0) + 1 })
  }
  return {
    title: '邮件带来的日程',
    columns: ['日程', '时间', '参与人', '版本', '状态', '邮件数'],
    rows: [...newest.values()].map(({ invite, mails: count }) => [
      invite.summary,
      span(invite),
      invite.attendees.map(attendee => attendee.email).join('\n'),
      invite.sequence,
      invite.method === 'CANCEL' ? '已取消' : '有效',
      count,
    ]),
  }
}

function letters(mails: readonly Mail[]): Section {
  return {
    title: '收件箱',
    columns: ['时间', '收件人', '主题', '日程', '提示', '原文'],
    rows: [...mails]
      .reverse()
      .map(mail => [
        chinaTime(mail.at),
        mail.to.join('\n'),
        { text: mail.subject === '' ? '（无主题）' : mail.subject, href: `/mails/${mail.id}` },
        mail.invite && words(mail.invite),
        [...(mail.repeated ? ['重复投递'] : []), ...mail.problems].join('\n'),
        { text: `${mail.id}.eml`, href: `/mails/${mail.id}.eml` },
      ]),
  }
}

function letter(mail: Mail): readonly Section[] {
  const rows: (readonly [string, string | undefined])[] = [
    ['发件人', mail.from],
    ['收件人', mail.to.join('\n')],
    ['时间', chinaTime(mail.at)],
    ['编号', mail.messageId],
    ['日程', mail.invite && words(mail.invite)],
    ['日程编号（UID）', mail.invite?.uid],
    ['提示', mail.problems.join('\n')],
    ['正文', mail.text],
  ]
  return [
    {
      title: '邮件',
      columns: ['', ''],
      rows: rows.filter(([, value]) => value !== undefined && value !== ''),
    },
  ]
}

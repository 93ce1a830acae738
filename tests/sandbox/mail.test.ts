import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport, type SendMailOptions } from 'nodemailer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readInvite } from '../../src/sandbox/mail/calendar-part.js'
import { openMailbox } from '../../src/sandbox/mail/mailbox.js'
import { type MailServer, startMail } from '../../src/sandbox/mail/simulator.js'
import type { Fault } from '../../src/sandbox/misbehaviour.js'

const UID = 'interview-0001@hrhub'
let folder: string
let mail: MailServer

async function start(options: Partial<Parameters<typeof startMail>[0]> = {}): Promise<MailServer> {
  return startMail({ mailFolder: join(folder, 'mails'), ...options })
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hrhub-mail-'))
  mail = await start()
})
afterEach(async () => {
  await mail.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Meeting {
  readonly method?: string
  readonly sequence?: number
  readonly start?: string
  readonly drop?: string
  readonly extra?: readonly string[]
}
function ics(meeting: Meeting = {}): string {
  const { method = 'REQUEST', sequence = 0, start = '20261201T020000Z', drop, extra = [] } = meeting
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//hrhub//sandbox test//ZH',
    `METHOD:${method}`,
    'BEGIN:VEVENT',
    `UID:${UID}`,
    `SEQUENCE:${sequence}`,
    'DTSTAMP:20261121T000000Z',
    `DTSTART:${start}`,
    'DTEND:20261201T030000Z',
    'SUMMARY:面试：李雷',
    'ORGANIZER:mailto:hr@yunfan.example',
    'ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:wang@example.com',
    ...(method === 'CANCEL' ? ['STATUS:CANCELLED'] : []),
    ...extra,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]
  return lines.filter(line => drop === undefined || !line.startsWith(drop)).join('\r\n')
}
function send(meeting?: Meeting, options: SendMailOptions = {}) {
  const transport = createTransport({ ...mail.smtp, secure: false, connectionTimeout: 5000 })
  return transport
    .sendMail({
      from: 'hr@yunfan.example',
      to: 'wang@example.com',
      subject: '面试邀请：李雷',
      text: '请准时参加。',
      ...(meeting ? { icalEvent: { method: meeting.method ?? 'REQUEST', content: ics(meeting) } } : {}),
      ...options,
    })
    .finally(() => transport.close())
}
const files = () => readdirSync(join(folder, 'mails'))

describe('the mail server', () => {
  it('keeps every mail as a file and reads its calendar part', async () => {
    await send({}, { messageId: '<effect-1@hrhub>' })
    expect(files()).toHaveLength(1)
    const raw = readFileSync(join(folder, 'mails', files()[0] ?? ''), 'utf8')
    expect(raw).toMatch(/^Return-Path: <hr@yunfan\.example>\r\nDelivered-To: wang@example\.com\r\n/)
    expect(mail.mails()).toMatchObject([
      {
        subject: '面试邀请：李雷',
        from: 'hr@yunfan.example',
        to: ['wang@example.com'],
        envelope: { from: 'hr@yunfan.example', to: ['wang@example.com'] },
        messageId: '<effect-1@hrhub>',
        repeated: false,
        problems: [],
        invite: {
          method: 'REQUEST',
          uid: UID,
          sequence: 0,
          start: '2026-12-01T02:00:00Z',
          organizer: 'hr@yunfan.example',
          attendees: [{ email: 'wang@example.com', answer: 'NEEDS-ACTION' }],
        },
      },
    ])
    expect(mail.simulator.effects).toMatchObject([{ resource: 'mail', token: '<effect-1@hrhub>' }])
  })

  it('finds its mails and its port again after a restart', async () => {
    await mail.close()
    mail = await start({ folder })
    await send({})
    const { port } = mail.smtp
    await mail.close()
    mail = await start({ folder })
    expect(mail.smtp.port).toBe(port)
    expect(mail.mails()).toMatchObject([{ subject: '面试邀请：李雷', invite: { uid: UID } }])
    await send({ sequence: 1, start: '20261201T023000Z' })
    expect(mail.mails().map(entry => entry.problems)).toEqual([[], []])
  })

  it('marks a second mail of one Message-ID as a repeat', async () => {
    for (let i = 0; i < 2; i++) await send({}, { messageId: '<effect-1@hrhub>' })
    expect(mail.mails().map(entry => entry.repeated)).toEqual([false, true])
  })

  it('asks for a login where one is set', async () => {
    await mail.close()
    mail = await start({ login: { user: 'hub', password: 'secret' } })
    await expect(send()).rejects.toMatchObject({ responseCode: 530 })
    const logIn = (pass: string) => {
      const transport = createTransport({ ...mail.smtp, auth: { user: 'hub', pass } })
      return transport
        .sendMail({ from: 'a@x.example', to: 'b@x.example', text: 'hi' })
        .finally(() => transport.close())
    }
    await expect(logIn('wrong')).rejects.toMatchObject({ code: 'EAUTH', responseCode: 535 })
    await expect(logIn('secret')).resolves.toMatchObject({ accepted: ['b@x.example'] })
  })

  it('refuses the one receiver it does not know and takes the mail for the other', async () => {
    await mail.close()
    mail = await start({ unknownReceivers: ['gone@example.com'] })
    const info = await send(undefined, { to: ['gone@example.com', 'wang@example.com'] })
    expect(info).toMatchObject({ accepted: ['wang@example.com'], rejected: ['gone@example.com'] })
    expect(mail.mails()[0]?.envelope.to).toEqual(['wang@example.com'])
  })

  it('takes no more than 10 MB', async () => {
    await expect(send(undefined, { text: 'x'.repeat(11 * 1024 * 1024) })).rejects.toMatchObject({
      responseCode: 552,
    })
    expect(files()).toEqual([])
  })

  it('lets no address end a header line', async () => {
    const box = await openMailbox(join(folder, 'other'))
    const kept = await box.deliver(
      Buffer.from('Subject: hi\r\n\r\nhi'),
      { from: 'a\r\nSubject: evil', to: ['b>\r\nX: y'] },
      0,
    )
    expect(kept).toMatchObject({ subject: 'hi', envelope: { from: 'aSubject: evil', to: ['bX: y'] } })
  })
})

describe('the mail server misbehaves', () => {
  const cases: [string, string, Fault, Record<string, unknown>, number][] = [
    ['421 at the door', 'connect', { kind: 'error', status: 421 }, { responseCode: 421 }, 0],
    ['450 for the receiver', 'rcpt', { kind: 'error', status: 450 }, { responseCode: 450 }, 0],
    ['550 for the receiver', 'rcpt', { kind: 'error', status: 550 }, { responseCode: 550 }, 0],
    ['554 for the mail', 'data', { kind: 'error', status: 554 }, { responseCode: 554 }, 0],
    ['451 when told to slow down', 'data', { kind: 'throttled' }, { responseCode: 451 }, 0],
    [
      '451 although the mail was kept',
      'data',
      { kind: 'error', status: 451, when: 'after' },
      { responseCode: 451 },
      1,
    ],
    [
      'a line cut after DATA, nothing kept',
      'data',
      { kind: 'cut', when: 'before' },
      { code: expect.stringMatching(/ECONNECTION|ESOCKET/) },
      0,
    ],
    [
      'a line cut after DATA, the mail kept',
      'data',
      { kind: 'cut', when: 'after', reset: true },
      { code: expect.stringMatching(/ECONNECTION|ESOCKET/) },
      1,
    ],
  ]
  it.each(cases)('with %s, once', async (_, on, fault, error, kept) => {
    mail.simulator.faults.add({ on, fault })
    await expect(send()).rejects.toMatchObject(error)
    expect(files()).toHaveLength(kept)
    await expect(send()).resolves.toMatchObject({ accepted: ['wang@example.com'] })
    expect(files()).toHaveLength(kept + 1)
  })

  it('slowly', async () => {
    mail.simulator.faults.add({ on: 'data', fault: { kind: 'slow', ms: 200 } })
    const begun = Date.now()
    await send()
    expect(Date.now() - begun).toBeGreaterThanOrEqual(200)
  })
})

describe('the calendar part', () => {
  it.each([
    ['all is well', {}, 'REQUEST', []],
    ['method and content type differ', {}, 'CANCEL', ['METHOD 与 Content-Type 不一致']],
    [
      'the stamp has no zone',
      { drop: 'DTSTAMP', extra: ['DTSTAMP:20261121T000000'] },
      'REQUEST',
      ['DTSTAMP 不是 UTC 时间'],
    ],
    ['nobody organises', { drop: 'ORGANIZER' }, 'REQUEST', ['缺少 ORGANIZER']],
    ['nobody attends', { drop: 'ATTENDEE' }, 'REQUEST', ['缺少 ATTENDEE']],
    [
      'a cancellation does not say so',
      { method: 'CANCEL', drop: 'STATUS' },
      'CANCEL',
      ['CANCEL 缺少 STATUS:CANCELLED'],
    ],
    ['a line is too long', { extra: [`COMMENT:${'长'.repeat(30)}`] }, 'REQUEST', ['有超过 75 字节的行']],
  ] as const)('is read with its broken rules when %s', (_, meeting, method, problems) => {
    expect(readInvite(ics(meeting), method).problems).toEqual(problems)
  })

  it('is no calendar when it is not', () => {
    expect(readInvite('hello', 'REQUEST')).toEqual({ invite: undefined, problems: ['日历内容无法解析'] })
  })

  it.each([
    ['moves with a higher SEQUENCE', { sequence: 1, start: '20261201T023000Z' }, []],
    ['moves under the same SEQUENCE', { start: '20261201T023000Z' }, ['内容变更但 SEQUENCE 没有增加']],
    ['is cancelled under the same SEQUENCE', { method: 'CANCEL' }, ['内容变更但 SEQUENCE 没有增加']],
    ['is cancelled with a higher SEQUENCE', { method: 'CANCEL', sequence: 1 }, []],
  ])('is compared with the last of its UID when it %s', async (_, meeting, problems) => {
    await send({})
    await send(meeting)
    expect(mail.mails()[1]?.problems).toEqual(problems)
  })
})

describe('the inbox page', () => {
  it('shows mails and meetings in plain Chinese, and each mail as it came', async () => {
    await send({})
    await send({ method: 'CANCEL', sequence: 1 }, { subject: '<i>面试取消</i>' })
    const { url } = mail.simulator
    const page = await (await fetch(url)).text()
    for (const words of [
      '邀请（第 0 版）',
      '取消（第 1 版）',
      '2026-12-01 10:00 至 2026-12-01 11:00',
      '已取消',
      '&lt;i&gt;面试取消',
    ])
      expect(page).toContain(words)
    expect(page).not.toContain('<i>面试取消')
    const id = mail.mails()[0]?.id ?? ''
    expect(await (await fetch(`${url}/mails/${id}`)).text()).toContain('请准时参加。')
    const eml = await fetch(`${url}/mails/${id}.eml`)
    expect(eml.headers.get('content-type')).toContain('message/rfc822')
    expect(await eml.text()).toContain('text/calendar; charset=utf-8; method=REQUEST')
    expect((await fetch(`${url}/mails/..%2F..%2Fetc%2Fpasswd`)).status).toBe(404)
  })
})

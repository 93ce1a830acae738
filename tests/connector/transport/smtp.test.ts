import { createServer } from 'node:net'
import ICAL from 'ical.js'
import { simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, describe, expect, it } from 'vitest'
import { shapeOf } from '../../../src/connector/manifest/shapes.js'
import { type OpenConnection, openConnection } from '../../../src/connector/open-connection.js'
import { writeIcs } from '../../../src/connector/transport/ics.js'
import { needsTls } from '../../../src/connector/transport/smtp.js'
import type { EffectProgress, Outcome } from '../../../src/connector/types.js'
import type { JsonObject } from '../../../src/kernel/json.js'
import { effect, load } from '../support/connectors.js'

const MANIFEST = `
connector: mail
title: Mail
transport: smtp
settings:
  host: { type: string, title: Host }
  port: { type: integer, title: Port, default: 25 }
  from: { type: string, title: Sender }
  from_name: { type: string, title: Name of the sender, required: false }
  user: { type: string, required: false }
  password: { type: string, secret: true, required: false }
  require_tls: { type: boolean, required: false }
check: check
resources:
  message:
    create: send
    update: resend
    delete: cancel
`
const NOW = Date.parse('2026-11-21T08:00:00Z')
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close()
})

async function startMail(options: SMTPServerOptions = {}) {
  const mails: { raw: string; to: string[] }[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        mails.push({
          raw: Buffer.concat(chunks).toString('utf8'),
          to: session.envelope.rcptTo.map(entry => entry.address),
        })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.server.address() as { port: number }
  const stop = { port, mails, close: () => new Promise<void>(resolve => server.close(() => resolve())) }
  open.push(stop)
  return stop
}

/** A server that takes the whole mail and hangs up instead of answering. */
async function startCutting() {
  let text = ''
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.write('220 cutting\r\n')
    let data = false
    socket.on('data', chunk => {
      text += chunk.toString('utf8')
      if (data) {
        if (text.endsWith('\r\n.\r\n')) socket.destroy()
        return
      }
      data = /^DATA\r?$/m.test(chunk.toString('utf8'))
      socket.write(data ? '354 go on\r\n' : '250 ok\r\n')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  open.push({ close: () => new Promise<void>(resolve => server.close(() => resolve())) })
  return { port, taken: () => text }
}

async function connect(port: number, over: JsonObject = {}, allowPrivate = true) {
  let now = NOW
  const connection = openConnection(await load(MANIFEST, ''), {
    tenant: 'acme',
    name: 'mail',
    settings: { host: '127.0.0.1', port, from: 'hr@acme.example', from_name: '招聘组', ...over },
    allowPrivate,
    clock: { now: () => now },
  })
  open.push(connection)
  return {
    connection,
    pass: (ms: number) => {
      now += ms
    },
  }
}
async function send(connection: OpenConnection, progress: EffectProgress): Promise<Outcome> {
  const next = connection.next(progress)
  if (next.next !== 'call') throw new Error('nothing to send')
  return connection.send(next.call, progress)
}
const LONG =
  '请提前五分钟进入会议室，带好身份证与作品集；如需改期请直接回复本邮件，我们会尽快为您重新安排时间。'
const body = (over: JsonObject = {}): JsonObject => ({
  to: [{ email: 'zhang@example.com', name: '张三' }],
  subject: '面试邀请：前端工程师',
  text: LONG,
  ical: {
    start: '2026-12-01T10:00:00+08:00',
    end: '2026-12-01T11:00:00+08:00',
    summary: '面试：张三; 前端, 二面',
    description: LONG,
    location: '上海',
    url: 'https://meet.example/1',
    attendees: [{ email: 'zhang@example.com', name: '张三' }],
    ...over,
  },
})
const message = (over: Partial<EffectProgress> = {}): EffectProgress =>
  effect({ resource: 'message', body: body(), ...over })

async function read(raw: string) {
  const mail = await simpleParser(raw)
  const part = mail.attachments.find(entry => entry.contentType === 'text/calendar')
  const text = part?.content.toString('utf8') ?? ''
  const event = text
    ? new ICAL.Component(ICAL.parse(text) as unknown[]).getFirstSubcomponent('vevent')
    : undefined
  const method = part?.headers.get('content-type') as { params?: { method?: string } } | undefined
  return { mail, text, event, method: method?.params?.method }
}

describe('mail', () => {
  it('has a shape of its own', async () => {
    const shape = shapeOf(await load(MANIFEST, ''), 'message')
    expect(shape?.required).toEqual(['to', 'subject'])
    expect(Object.keys(shape?.properties?.['ical']?.properties ?? {})).toContain('attendees')
  })

  it('an invitation goes out as iMIP REQUEST with UTC times, sequence 0 and its UID as id', async () => {
    const server = await startMail()
    const { connection } = await connect(server.port)
    const outcome = await send(connection, message())
    expect(outcome).toMatchObject({
      is: 'accepted',
      id: `${message().token}@acme.example`,
      keep: { sequence: 0 },
    })
    const { mail, text, event, method } = await read(server.mails[0]?.raw ?? '')
    expect(method).toBe('REQUEST')
    expect(mail.from?.text).toContain('招聘组')
    expect(mail.subject).toBe('面试邀请：前端工程师')
    expect(text).toContain('METHOD:REQUEST\r\n')
    expect(text).toContain('DTSTART:20261201T020000Z\r\n')
    expect(text).toContain('DTSTAMP:20261121T080000Z\r\n')
    expect(event?.getFirstPropertyValue('uid')).toBe(outcome.id)
    expect(event?.getFirstPropertyValue('summary')).toBe('面试：张三; 前端, 二面')
    expect(event?.getFirstPropertyValue('organizer')).toBe('mailto:hr@acme.example')
  })

  it('a move keeps the UID and raises the SEQUENCE; a cancel says so to everyone invited', async () => {
    const server = await startMail()
    const { connection, pass } = await connect(server.port)
    const made = await send(connection, message())
    pass(60_000)
    const link = { id: made.id, kept: made.keep, sent: body() }
    const moved = await send(
      connection,
      message({
        ...link,
        verb: 'update',
        token: 'tok2',
        body: body({ start: '2026-12-02T02:00:00Z', end: '2026-12-02T03:00:00Z' }),
      }),
    )
    expect(moved).toMatchObject({ is: 'accepted', id: made.id, keep: { sequence: 1 } })
    await send(connection, message({ ...link, kept: moved.keep, verb: 'delete', token: 'tok3', body: {} }))
    const [, second, third] = await Promise.all(server.mails.map(entry => read(entry.raw)))
    expect(second?.event?.getFirstPropertyValue('uid')).toBe(made.id)
    expect(second?.event?.getFirstPropertyValue('sequence')).toBe(1)
    expect(third?.method).toBe('CANCEL')
    expect(third?.text).toContain('STATUS:CANCELLED')
    expect(third?.event?.getFirstPropertyValue('sequence')).toBe(2)
    expect(third?.mail.subject).toBe('已取消：面试邀请：前端工程师')
    expect(server.mails[2]?.to).toEqual(['zhang@example.com'])
  })

  it('who is no longer invited gets a CANCEL, the others a REQUEST', async () => {
    const server = await startMail()
    const { connection } = await connect(server.port)
    const before = { ...body(), to: [{ email: 'zhang@example.com' }, { email: 'old@example.com' }] }
    const kept = { sequence: 0 }
    await send(connection, message({ verb: 'update', id: 'uid@x', kept, sent: before }))
    expect(server.mails.map(entry => entry.to)).toEqual([['zhang@example.com'], ['old@example.com']])
    expect((await read(server.mails[1]?.raw ?? '')).method).toBe('CANCEL')
  })

  it('a repeat is the same mail, byte for byte, under the same Message-ID', async () => {
    const server = await startMail()
    const { connection, pass } = await connect(server.port)
    const next = connection.next(message())
    if (next.next !== 'call') throw new Error('nothing')
    await connection.send(next.call, message())
    pass(3_600_000)
    await connection.send(JSON.parse(JSON.stringify(next.call)) as typeof next.call, message())
    expect(server.mails[1]?.raw).toBe(server.mails[0]?.raw)
    expect((await read(server.mails[0]?.raw ?? '')).mail.messageId).toBe(`<${message().token}@acme.example>`)
  })

  it('a mail without an invitation is sent; there is nothing to cancel', async () => {
    const server = await startMail()
    const { connection } = await connect(server.port)
    const plain = { to: [{ email: 'a@example.com' }], subject: '通知', text: '你好' }
    expect(await send(connection, message({ body: plain }))).toMatchObject({ is: 'accepted' })
    expect(connection.next(message({ verb: 'delete', id: 'x', sent: plain, body: {} }))).toMatchObject({
      next: 'done',
    })
  })

  it('no header can be smuggled in through a name, an address or a subject', async () => {
    const server = await startMail()
    const { connection } = await connect(server.port)
    const evil = {
      to: [{ email: 'a@example.com', name: 'x\r\nBcc: evil@example.com' }],
      subject: 's\r\nBcc: evil@example.com',
      text: 't',
    }
    await send(connection, message({ body: evil }))
    expect(server.mails[0]?.to).toEqual(['a@example.com'])
    expect(server.mails[0]?.raw).not.toMatch(/^Bcc:/im)
  })

  const failing = (code: number) =>
    ({
      onRcptTo: (_, __, done) => done(Object.assign(new Error('no'), { responseCode: code })),
    }) satisfies SMTPServerOptions
  it.each([
    [450, 'throttled', 'CONNECTOR_ANSWER_THROTTLED'],
    [550, 'refused', 'CONNECTOR_ANSWER_REFUSED'],
  ] as const)('reply %i means %s: 4xx is later, 5xx is never', async (code, is, expected) => {
    const server = await startMail(failing(code))
    const { connection } = await connect(server.port)
    expect(await send(connection, message())).toMatchObject({ is, code: expected })
  })

  it('a wrong password is misconfigured', async () => {
    const server = await startMail({
      allowInsecureAuth: true,
      onAuth: (_, __, done) => done(new Error('no')),
    })
    const { connection } = await connect(server.port, { user: 'u', password: 'p' })
    expect(await send(connection, message())).toMatchObject({
      is: 'misconfigured',
      code: 'CONNECTOR_ACCESS_DENIED',
    })
  })

  it('a server that is not there is unreachable; a line cut after the mail left is unknown, and repeatable', async () => {
    const gone = await startMail()
    await gone.close()
    const { connection } = await connect(gone.port)
    expect(await send(connection, message())).toMatchObject({ is: 'unreachable' })
    const cutting = await startCutting()
    const { connection: cut } = await connect(cutting.port)
    expect(await send(cut, message())).toMatchObject({ is: 'unknown', code: 'CONNECTOR_CALL_CUT' })
    expect(cutting.taken()).toContain('METHOD:REQUEST')
    expect(cut.resource('message')?.onUnknown).toBe('repeat')
  })

  it('a private address is refused unless the connection allows it', async () => {
    const server = await startMail()
    for (const host of ['127.0.0.1', 'localhost']) {
      const { connection } = await connect(server.port, { host }, false)
      expect(await send(connection, message())).toMatchObject({
        is: 'refused',
        code: 'CONNECTOR_ADDRESS_PRIVATE',
      })
    }
    expect(server.mails).toHaveLength(0)
  })

  it('nothing goes in the clear where encryption is asked for: a person must look, no mail is lost', async () => {
    const server = await startMail()
    const { connection } = await connect(server.port, { require_tls: true })
    expect(await send(connection, message())).toMatchObject({
      is: 'misconfigured',
      detail: expect.stringContaining('no STARTTLS'),
    })
    expect(await connection.check()).toMatchObject({ is: 'misconfigured' })
    expect(server.mails).toHaveLength(0)
  })

  it('a certificate that is not the host’s may be mended: the mail is tried again', async () => {
    const server = await startMail({ disabledCommands: [] })
    const { connection } = await connect(server.port, { require_tls: true })
    expect(await send(connection, message())).toMatchObject({ is: 'unreachable' })
    expect(server.mails).toHaveLength(0)
  })

  it.each([
    ['a public host', '203.0.113.7', undefined, true],
    ['a public host the connection says otherwise of', '203.0.113.7', false, false],
    ['a host of the own network', '10.1.2.3', undefined, false],
    ['the own machine', '127.0.0.1', undefined, false],
    ['a host of the own network the connection says it of', '10.1.2.3', true, true],
  ])('asks for encryption by where the host is: %s', (_what, address, setting, needed) => {
    expect(needsTls(address, setting)).toBe(needed)
  })

  it('check says whether the server takes us', async () => {
    const server = await startMail()
    const { connection } = await connect(server.port)
    expect(await connection.check()).toMatchObject({ is: 'accepted' })
  })
})

describe('an invitation as text', () => {
  const ics = writeIcs({
    method: 'REQUEST',
    uid: 'u',
    sequence: 3,
    stamp: NOW,
    start: NOW,
    end: NOW + 1,
    summary: LONG,
    description: `${LONG}\n${LONG}`,
    organizer: { email: 'hr@acme.example', name: '招聘"组"' },
    attendees: [{ email: 'a@example.com', name: '李, 四; 五' }],
  })
  it('folds at 75 octets without tearing a character, with CRLF', () => {
    const lines = ics.split('\r\n')
    expect(ics).not.toMatch(/[^\r]\n/)
    expect(lines.every(line => Buffer.byteLength(line) <= 75)).toBe(true)
    expect(ics).not.toContain('\uFFFD')
    const parsed = new ICAL.Component(ICAL.parse(ics) as unknown[]).getFirstSubcomponent('vevent')
    expect(parsed?.getFirstPropertyValue('description')).toBe(`${LONG}\n${LONG}`)
    expect(parsed?.getFirstProperty('attendee')?.getParameter('cn')).toBe('李, 四; 五')
  })
})

/**
 * A real SMTP server on 127.0.0.1 that takes every mail for real: login where one is set, 10 MB at most, and faults
 * at three places (`connect`, `rcpt`, `data`): a reply of 4xx or 5xx before or after the work, or a cut line.
 */
import { timingSafeEqual } from 'node:crypto'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import type { CallFault, Faults } from '../misbehaviour.js'
import type { Envelope } from './mailbox.js'

export interface SmtpOptions {
  /** 0 = any free port. */
  readonly port: number
  readonly login?: { readonly user: string; readonly password: string }
  /** Addresses nobody has: 550 at RCPT. */
  readonly unknownReceivers?: readonly string[]
  faults(): Faults | undefined
  /** Must have kept the mail when it resolves. */
  keep(raw: Buffer, envelope: Envelope): Promise<void>
}
export interface SmtpDoor {
  readonly port: number
  close(): Promise<void>
}

const LARGEST_MAIL = 10 * 1024 * 1024

class SmtpReply extends Error {
  readonly responseCode: number

  constructor(code: number, text: string) {
    super(text)
    this.responseCode = code
  }
}
const REPLIES: Readonly<Record<number, string>> = {
  421: '4.3.2 Service shutting down, try again later',
  450: '4.2.1 Mailbox temporarily unavailable',
  451: '4.3.0 Local error in processing',
  452: '4.2.2 Insufficient storage',
  550: '5.1.1 No such user here',
  552: '5.3.4 Message too big',
  554: '5.7.1 Message refused',
}
const reply = (code: number) => new SmtpReply(code, REPLIES[code] ?? `${code < 500 ? '4' : '5'}.0.0 failed`)

export async function openSmtp(options: SmtpOptions): Promise<SmtpDoor> {
  const sockets = new Map<number, Socket>()
  const cut = (session: SMTPServerSession, fault: CallFault & { kind: 'cut' }) => {
    const socket = sockets.get(session.remotePort)
    if (fault.reset) socket?.resetAndDestroy()
    else socket?.destroy()
  }

  /** Runs one place with its fault; rejects with the reply to give, never settles where the line was cut. */
  async function at(place: string, session: SMTPServerSession, work: () => Promise<void>): Promise<void> {
    const fault = options.faults()?.takeForCall(place)
    const after =
      fault !== undefined && 'when' in fault && fault.when !== 'before' && fault.when !== undefined
    if (fault === undefined) return work()
    if (fault.kind === 'slow') await delay(fault.ms)
    if (after || fault.kind === 'slow') await work()
    if (fault.kind === 'throttled') throw reply(451)
    if (fault.kind === 'error') throw reply(fault.status)
    if (fault.kind === 'cut') {
      cut(session, fault)
      return new Promise(() => undefined)
    }
    if (!after && fault.kind !== 'slow') await work()
  }
  const run = (work: Promise<unknown>, done: (error?: Error | null) => void) =>
    void work.then(
      () => done(),
      (error: unknown) => done(error instanceof Error ? error : reply(451)),
    )

  const server = new SMTPServer({
    authOptional: options.login === undefined,
    allowInsecureAuth: true,
    disabledCommands: options.login === undefined ? ['STARTTLS', 'AUTH'] : ['STARTTLS'],
    authMethods: ['PLAIN', 'LOGIN'],
    disableReverseLookup: true,
    banner: 'sandbox',
    size: LARGEST_MAIL,
    closeTimeout: 100,
    onAuth(auth, _, done) {
      const good =
        same(auth.username ?? '', options.login?.user ?? '') &&
        same(auth.password ?? '', options.login?.password ?? '')
      if (good) done(null, { user: auth.username ?? '' })
      else done(new SmtpReply(535, '5.7.8 Authentication credentials invalid'))
    },
    onConnect: (session, done) =>
      run(
        at('connect', session, async () => undefined),
        done,
      ),
    onRcptTo: ({ address }, session, done) =>
      run(
        at('rcpt', session, async () => {
          if (options.unknownReceivers?.includes(address.toLowerCase())) throw reply(550)
        }),
        done,
      ),
    onData: (stream, session, done) =>
      run(
        read(stream).then(raw => at('data', session, () => options.keep(raw, envelopeOf(session)))),
        done,
      ),
  })
  // Lines are cut and clients go away on purpose here; the session is all that ends.
  server.on('error', () => undefined)
  server.server.on('connection', socket => {
    const port = socket.remotePort ?? 0
    sockets.set(port, socket)
    socket.once('close', () => sockets.delete(port))
  })

  await listen(server, options.port)
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () =>
      new Promise(done => {
        server.close(done)
        for (const socket of sockets.values()) socket.destroy()
      }),
  }
}

function listen(server: SMTPServer, port: number): Promise<void> {
  const once = (wanted: number) =>
    new Promise<void>((done, fail) => {
      server.server.once('error', fail)
      server.listen(wanted, '127.0.0.1', () => {
        server.server.off('error', fail)
        done()
      })
    })
  return once(port).catch((error: NodeJS.ErrnoException) => {
    if (port === 0 || error.code !== 'EADDRINUSE') throw error
    return once(0)
  })
}

async function read(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= LARGEST_MAIL) chunks.push(chunk)
  }
  if (size > LARGEST_MAIL) throw reply(552)
  return Buffer.concat(chunks)
}

function envelopeOf(session: SMTPServerSession): Envelope {
  const { mailFrom, rcptTo } = session.envelope
  return { from: mailFrom === false ? '' : mailFrom.address, to: rcptTo.map(receiver => receiver.address) }
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

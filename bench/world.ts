/**
 * A process of its own that is the world around a server: it calls, and it is called. Both ends in one process, so
 * the time from a POST to its receipt at the sink is read off one clock. Bounded in time and in number.
 */
import type { AddressInfo } from 'node:net'
import { type EventType, makeEvent } from './events.js'
import { type Caller, callerOf, postOf, sinkOf } from './wire.js'

export interface Drive {
  readonly url: string
  readonly path: string
  /** Events of one run go on where its last drive ended. */
  readonly run: string
  readonly type: EventType
  /** Candidates the events are about, in turn. */
  readonly refs: number
  readonly connections: number
  readonly seconds: number
  readonly most: number
  /** Events a second, evenly; absent = as fast as the answers come. */
  readonly rate?: number
  /** Events sent and not yet at the sink; absent = nothing is expected there. */
  readonly window?: number
  /** The same events again and again: for a server that keeps nothing. */
  readonly again?: boolean
}

export interface Driven {
  readonly seconds: number
  readonly answered: number
  /** Answers other than 2xx, and cut connections. */
  readonly failed: number
  /** Receipts of events of this drive in its time; the rest came after it. */
  readonly received: number
  readonly receivedLate: number
  /** Receipts of what had been received before: an event sent twice. */
  readonly doubled: number
  /** Events that never came because a later one of the same candidate did. */
  readonly superseded: number
  /** Events that never came. */
  readonly missing: number
  readonly answerMs: Spread
  readonly receiptMs: Spread
}

export interface Spread {
  readonly p50: number
  readonly p99: number
}

const DRAIN_MS = 20_000
const cursors = new Map<string, number>()
/** By candidate: versions on their way, oldest first. */
const pending = new Map<string, { readonly version: number; readonly at: number }[]>()
const held = new Map<string, number>()
let current: { receipt(at: number, since: number, superseded: number): void; doubled(): void } | undefined

const sink = sinkOf(body => {
  const { ref, version } = JSON.parse(body.toString('utf8')) as { ref: string; version: number }
  receive(ref, version)
  return JSON.stringify({ id: ref })
})

function receive(ref: string, version: number): void {
  const at = performance.now()
  const known = held.get(ref) ?? 0
  if (version <= known) {
    current?.doubled()
    return
  }
  held.set(ref, version)
  const waiting = pending.get(ref) ?? []
  const own = waiting.find(one => one.version === version)
  const older = waiting.filter(one => one.version < version).length
  const rest = waiting.filter(one => one.version > version)
  if (rest.length > 0) pending.set(ref, rest)
  else pending.delete(ref)
  if (own) current?.receipt(at, own.at, older)
}

interface Prepared {
  readonly ref: string
  readonly version: number
  readonly request: Buffer
}

function eventsFor(drive: Drive): Prepared[] {
  const from = cursors.get(drive.run) ?? 0
  const url = new URL(drive.path, drive.url)
  return Array.from({ length: drive.most }, (_, i) => {
    const event = makeEvent(
      drive.run,
      drive.type,
      (from + i) % drive.refs,
      Math.floor((from + i) / drive.refs) + 1,
    )
    const signed = { 'x-timestamp': event.timestamp, 'x-signature': event.signature }
    return {
      ref: `${drive.run}-${event.ref}`,
      version: event.version,
      request: postOf(url, signed, event.body),
    }
  })
}

async function run(drive: Drive): Promise<Driven> {
  const events = eventsFor(drive)
  const clients = Array.from({ length: drive.connections }, () => callerOf(new URL(drive.url)))
  const answerMs: number[] = []
  const receiptMs: number[] = []
  let sent = 0
  let answered = 0
  let failed = 0
  let outstanding = 0
  let received = 0
  let receivedLate = 0
  let doubled = 0
  let superseded = 0
  let over = false
  const idle = [...clients]
  const began = performance.now()
  const window = drive.window ?? Number.POSITIVE_INFINITY

  current = {
    receipt(at, since, older) {
      outstanding -= 1 + older
      superseded += older
      if (over) receivedLate += 1
      else received += 1
      receiptMs.push(at - since)
      pump()
    },
    doubled() {
      doubled += 1
    },
  }

  function allowed(): number {
    if (over) return 0
    const most = drive.again ? Number.POSITIVE_INFINITY : drive.most
    if (drive.rate === undefined) return most
    return Math.min(most, Math.ceil(((performance.now() - began) * drive.rate) / 1000))
  }

  function pump(): void {
    while (idle.length > 0 && outstanding < window && sent < allowed()) {
      const client = idle.pop()
      const event = events[sent % events.length]
      if (!client || !event) return
      sent += 1
      send(client, event)
    }
  }

  function send(client: Caller, { ref, version, request }: Prepared): void {
    const at = performance.now()
    if (drive.window !== undefined) {
      outstanding += 1
      const waiting = pending.get(ref)
      if (waiting) waiting.push({ version, at })
      else pending.set(ref, [{ version, at }])
    }
    const done = (ok: boolean) => {
      if (ok && !over) {
        answered += 1
        answerMs.push(performance.now() - at)
      } else if (!ok) failed += 1
      idle.push(client)
      pump()
    }
    client.post(request, done)
  }

  const ticker = drive.rate === undefined ? undefined : setInterval(pump, 1)
  pump()
  await until(
    () =>
      performance.now() - began >= drive.seconds * 1000 ||
      (!drive.again &&
        answered + failed >= drive.most &&
        received >= (drive.window === undefined ? 0 : drive.most - superseded)),
    drive.seconds * 1000,
  )
  over = true
  const seconds = (performance.now() - began) / 1000
  clearInterval(ticker)
  cursors.set(drive.run, (cursors.get(drive.run) ?? 0) + (drive.again ? 0 : sent))
  await until(() => idle.length === clients.length && outstanding === 0, DRAIN_MS)
  // One that comes twice comes soon after.
  if (drive.window !== undefined) await new Promise(resolve => setTimeout(resolve, 300))
  current = undefined
  for (const client of clients) client.end()
  return {
    seconds,
    answered,
    failed,
    received,
    receivedLate,
    doubled,
    superseded,
    missing: drive.window === undefined ? 0 : outstanding,
    answerMs: spread(answerMs),
    receiptMs: spread(receiptMs),
  }
}

async function until(condition: () => boolean, most: number): Promise<void> {
  const end = performance.now() + most
  while (!condition() && performance.now() < end) await new Promise(resolve => setTimeout(resolve, 10))
}

function spread(values: number[]): Spread {
  const sorted = Float64Array.from(values).sort()
  const at = (part: number) => Number((sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(1))
  return { p50: at(0.5), p99: at(0.99) }
}

sink.listen(0, '127.0.0.1', () => {
  const { port } = sink.address() as AddressInfo
  process.send?.({ ready: { url: `http://127.0.0.1:${port}` } })
})
process.on('message', (drive: Drive) => {
  run(drive).then(
    driven => process.send?.({ answer: driven }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))

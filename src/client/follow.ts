/**
 * The feed as it happens: server-sent events, read on after every cut from the position seen last, so that nothing is
 * missed and nothing comes twice. Ends with its signal, or with a problem that another try cannot mend.
 */
import { createParser } from 'eventsource-parser'
import { foreign, HubProblem, problemOf } from './problem.js'
import type { Change } from './types.js'

export interface FollowOptions {
  /** Position read last; without it the feed begins now. */
  readonly after?: number
  readonly kind?: string
  readonly record?: string
  readonly signal?: AbortSignal
}

export interface FollowMeans {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: (request: Request) => Promise<Response>
}

const FIRST_WAIT_MS = 1000
const MOST_WAIT_MS = 30_000
/** However long the hub, or what stands before it, asks to be left alone. */
const MOST_ASKED_MS = 10 * 60_000
/** The hub speaks every 15 seconds: one that is silent for so long is gone, whatever the line says. */
const SILENCE_MS = 45_000
/** One event is one record. */
const MOST_TEXT = 16 * 1024 * 1024

/** @throws HubProblem `HTTP_POSITION_EXPIRED` where the feed no longer reaches back, and whatever else is for good */
export async function* follow(
  means: FollowMeans,
  { after, kind, record, signal }: FollowOptions = {},
): AsyncGenerator<Change, void, undefined> {
  let last = after === undefined ? undefined : String(after)
  let wait = FIRST_WAIT_MS
  let connected = false
  while (!signal?.aborted) {
    try {
      const query = new URLSearchParams()
      for (const [name, value] of Object.entries({ after: after?.toString(), kind, record }))
        if (value !== undefined) query.set(name, value)
      for await (const event of events(means, `/v1/changes/stream?${query}`, last, signal)) {
        connected = true
        wait = FIRST_WAIT_MS
        if (event.id !== undefined) last = event.id
        if (event.event === 'change') yield JSON.parse(event.data) as Change
      }
    } catch (error) {
      if (signal?.aborted) return
      if (error instanceof HubProblem) {
        if (error.status < 500 && error.status !== 429) throw error
        wait = Math.min(MOST_ASKED_MS, Math.max(wait, error.retryAfterMs ?? 0))
      } else if (!connected) throw error
    }
    await pause(wait, signal)
    wait = Math.min(MOST_WAIT_MS, wait * 2)
  }
}

interface FeedEvent {
  readonly id?: string | undefined
  readonly event?: string | undefined
  readonly data: string
}

/** The events of one connection, until it is cut. */
async function* events(
  { url, headers, fetch }: FollowMeans,
  path: string,
  last: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<FeedEvent, void, undefined> {
  const silence = new AbortController()
  const end = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal
  const request = new Request(`${url}${path}`, {
    headers: {
      ...headers,
      accept: 'text/event-stream',
      ...(last === undefined ? {} : { 'last-event-id': last }),
    },
    signal: end,
  })
  const response = await fetch(request)
  if (!response.ok) throw await problemOf(response)
  if (!(response.headers.get('content-type') ?? '').startsWith('text/event-stream')) {
    await response.body?.cancel()
    throw foreign('what answered is no feed')
  }
  const ready: FeedEvent[] = []
  const parser = createParser({ onEvent: event => ready.push(event), maxBufferSize: MOST_TEXT })
  const decoder = new TextDecoder()
  let timer = setTimeout(() => silence.abort(), SILENCE_MS)
  try {
    for await (const chunk of response.body ?? []) {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), SILENCE_MS)
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }))
      yield* ready.splice(0)
    }
  } finally {
    clearTimeout(timer)
    silence.abort()
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => {
    if (signal?.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
}

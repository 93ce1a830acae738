/**
 * Open streams of the feed: each reads the ledger from its own position at its reader's pace. A publication of this
 * process wakes it at once; what other processes publish it finds by looking. A key that was revoked ends it.
 */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { HubError } from '../kernel/errors.js'
import { feedBounds, listChanges } from '../ledger/list-changes.js'
import { mayUse, openKey } from '../pipeline/keys.js'
import { changeForm } from './forms/change.js'
import type { AppOptions, Caller, ServedHub } from './served.js'

export interface Streams {
  /** @throws HubError `HTTP_LOAD_HIGH` when as many are open as may be */
  open(request: FastifyRequest, reply: FastifyReply, caller: Caller, from: StreamFrom): void
  close(): void
}

export interface StreamFrom {
  readonly from: number
  readonly kind: string | undefined
  readonly record: string | undefined
}

const MOST_STREAMS = 200
const PAGE = 200
const LOOK_MS = 1000
/** Shorter than the patience of proxies; the key is looked at again as often. */
const HEARTBEAT_MS = 15_000

export function createStreams(hub: ServedHub, { mostStreams = MOST_STREAMS }: AppOptions): Streams {
  const { parts, log } = hub
  const open = new Set<AbortController>()

  async function follow(
    out: ServerResponse,
    authorization: string,
    caller: Caller,
    { from, kind, record }: StreamFrom,
    end: AbortSignal,
  ): Promise<void> {
    const waker = createWaker(end)
    const forget = hub.onPublished(waker.wake)
    let position = from
    let beat = parts.clock.now()
    try {
      while (!end.aborted) {
        const { newest } = await feedBounds(parts.ledger)
        const rows =
          newest > position
            ? await listChanges(parts.ledger, caller.tenant, {
                after: position,
                upTo: newest,
                kind,
                record,
                limit: PAGE,
              })
            : []
        const text = rows
          .map(row => `id: ${row.pos}\nevent: change\ndata: ${JSON.stringify(changeForm(row))}\n\n`)
          .join('')
        if (text !== '' && !out.write(text)) await once(out, 'drain', { signal: end })
        const full = rows.length === PAGE
        position = full ? (rows.at(-1)?.pos ?? position) : Math.max(position, newest)
        if (parts.clock.now() - beat >= HEARTBEAT_MS) {
          beat = parts.clock.now()
          const key = await openKey(parts, authorization)
          if (!key || !mayUse(key, 'feed:read')) break
          out.write(': still here\n\n')
        }
        if (!full) await waker.wait(LOOK_MS)
      }
    } finally {
      forget()
    }
  }

  return {
    open(request, reply, caller, from) {
      if (open.size >= mostStreams)
        throw new HubError('HTTP_LOAD_HIGH', { detail: `${open.size} streams are open`, wait: 5000 })
      const controller = new AbortController()
      open.add(controller)
      reply.hijack()
      const out = reply.raw
      out.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      // Who is cut off before the first change goes on from here: without a position the feed begins "now".
      out.write(`retry: 1000\n\nid: ${from.from}\nevent: position\ndata: ${from.from}\n\n`)
      out.once('close', () => controller.abort())
      const key = (request.headers.authorization ?? '').replace(/^Bearer +/i, '').trim()
      follow(out, key, caller, from, controller.signal)
        .catch(error => {
          if (!controller.signal.aborted)
            log.warn({ error: error instanceof Error ? error.message : String(error) }, 'feed.stream-failed')
        })
        .finally(() => {
          open.delete(controller)
          controller.abort()
          out.end()
        })
    },
    close() {
      for (const controller of open) controller.abort()
    },
  }
}

/** Waits for a wake, a time or the end, whichever is first; a wake while nobody waits is not lost. */
function createWaker(end: AbortSignal) {
  let woken = false
  let go = () => {
    woken = true
  }
  const wake = () => go()
  end.addEventListener('abort', wake)
  return {
    wake,
    wait: (ms: number) =>
      new Promise<void>(resolve => {
        if (woken || end.aborted) {
          woken = false
          resolve()
          return
        }
        const timer = setTimeout(wake, ms)
        go = () => {
          clearTimeout(timer)
          go = () => {
            woken = true
          }
          resolve()
        }
      }),
  }
}

/**
 * Files a vendor only points to: their addresses are found by the paths a resource lists, and fetched under
 * the very rules of calls, because signed addresses expire and change at every poll.
 */

import type { Code } from '../kernel/errors.js'
import { isObject, type Json } from '../kernel/json.js'
import type { HttpClient } from './transport/transport.js'

const MAX_BYTES = 32 * 1024 * 1024
const TIMEOUT = 60_000
const MAX_FOUND = 200

export interface FoundAttachment {
  /** Where it stands: `media[0].url`. */
  readonly path: string
  readonly url: string
}

export type FetchedAttachment =
  | { readonly fetched: true; readonly bytes: Buffer; readonly mediaType: string }
  | { readonly fetched: false; readonly code: Code; readonly detail: string }

/** Addresses in an item, by paths like `media[*].url` or `resume.file`. */
export function findAttachments(item: Json, paths: readonly string[]): readonly FoundAttachment[] {
  const found: FoundAttachment[] = []
  for (const path of paths) walk(item, path.match(/[^.[\]]+|\[(?:\*|\d+)\]/g) ?? [], '', found)
  return found.slice(0, MAX_FOUND)
}

function walk(value: Json | undefined, steps: readonly string[], at: string, found: FoundAttachment[]): void {
  const [step, ...rest] = steps
  if (step === undefined) {
    if (typeof value === 'string' && /^https?:\/\//i.test(value)) found.push({ path: at, url: value })
    return
  }
  if (step.startsWith('[')) {
    if (!Array.isArray(value)) return
    const entries = value as readonly Json[]
    const wanted = step === '[*]' ? [...entries.keys()] : [Number(step.slice(1, -1))]
    for (const index of wanted) walk(entries[index], rest, `${at}[${index}]`, found)
  } else if (isObject(value) && Object.hasOwn(value, step))
    walk(value[step] as Json, rest, at === '' ? step : `${at}.${step}`, found)
}

/** Fetches one file, at most 32 MiB; no redirects, private addresses only where the connection allows them. */
export async function fetchAttachment(
  client: HttpClient,
  url: string,
  options: { readonly allowPrivate: boolean; readonly maxBytes?: number },
): Promise<FetchedAttachment> {
  let target: URL
  try {
    target = new URL(url)
  } catch {
    return {
      fetched: false,
      code: 'CONNECTOR_ANSWER_UNUSABLE',
      detail: 'the address of the attachment is no URL',
    }
  }
  const exchange = await client.send({
    method: 'GET',
    url: target,
    headers: { accept: '*/*' },
    body: undefined,
    timeoutMs: TIMEOUT,
    maxBytes: Math.min(options.maxBytes ?? MAX_BYTES, MAX_BYTES),
    allowPrivate: options.allowPrivate,
  })
  if (exchange.kind === 'failed') return { fetched: false, code: exchange.code, detail: exchange.detail }
  if (exchange.status !== 200)
    return {
      fetched: false,
      code: 'CONNECTOR_ANSWER_REFUSED',
      detail: `the attachment answered ${exchange.status}`,
    }
  const mediaType = exchange.headers['content-type']?.split(';')[0]?.trim() || 'application/octet-stream'
  return { fetched: true, bytes: exchange.body, mediaType }
}

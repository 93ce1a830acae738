/**
 * HMAC over parts of the request, as most vendors do it, each with its own spelling: which hash, over what,
 * where the signature stands, what it begins with. `over` is `raw_body` or a list of parts: `raw_body`,
 * `timestamp`, `header:NAME`, `query:NAME`, `field:NAME` (of a JSON body), `text:LITERAL`. `each_attempt: signed`
 * says that the vendor signs a repeat anew, so that the same signature again is a replay.
 */
import { createHmac } from 'node:crypto'
import { isObject, type Json } from '../../kernel/json.js'
import type { RawRequest } from '../types.js'
import {
  anySecret,
  genuine,
  jsonOf,
  rejected,
  sameSum,
  secretsOf,
  tooOld,
  type VerifyContext,
  type VerifyScheme,
} from './scheme.js'

const FIVE_MINUTES = 5 * 60_000

export const hmac: VerifyScheme = {
  words: {
    algorithm: { is: ['sha1', 'sha256', 'sha512'], required: true },
    over: { is: 'parts' },
    header: { is: 'text' },
    query: { is: 'text' },
    field: { is: 'text' },
    prefix: { is: 'text' },
    encoding: { is: ['hex', 'base64'] },
    secret: { is: 'value', required: true },
    timestamp: { is: 'place' },
    tolerance: { is: 'duration' },
    each_attempt: { is: ['signed', 'same'] },
  },
  verify(request, context) {
    const { words } = context
    const given = read(request, words)
    if (given === undefined || given === '') return rejected('CONNECTOR_SIGNATURE_MISSING')
    const prefix = typeof words['prefix'] === 'string' ? words['prefix'] : ''
    if (!given.startsWith(prefix)) return rejected('CONNECTOR_SIGNATURE_WRONG')
    const place = isObject(words['timestamp']) ? words['timestamp'] : undefined
    const timestamp = place && read(request, place)
    if (place && (timestamp === undefined || timestamp === '')) return rejected('CONNECTOR_SIGNATURE_MISSING')
    const parts = partsOf(request, context, timestamp)
    if (!parts) return rejected('CONNECTOR_SIGNATURE_MISSING')
    const encoding = words['encoding'] === 'base64' ? 'base64' : 'hex'
    const signature = given.slice(prefix.length)
    const fits = anySecret(secretsOf(context, 'secret'), secret => {
      const sum = createHmac(String(words['algorithm']), secret)
      for (const part of parts) sum.update(part)
      const expected = sum.digest(encoding)
      return sameSum(encoding === 'hex' ? signature.toLowerCase() : signature, expected)
    })
    if (!fits) return rejected('CONNECTOR_SIGNATURE_WRONG')
    if (timestamp !== undefined && tooOld(timeOf(timestamp, place?.['unit']), context, FIVE_MINUTES))
      return rejected('CONNECTOR_SIGNATURE_OLD')
    const anew = words['each_attempt'] === 'signed' && timestamp !== undefined
    return anew ? { ...genuine, once: signature } : genuine
  },
}

function timeOf(text: string, unit: unknown): number {
  if (/^\d{1,16}$/.test(text)) return Number(text) * (unit === 'ms' ? 1 : 1000)
  return Date.parse(text)
}

function read(request: RawRequest, place: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof place['header'] === 'string') return request.headers[place['header'].toLowerCase()]
  if (typeof place['query'] === 'string') return request.query[place['query']]
  if (typeof place['field'] === 'string') return field(request, place['field'])
  return undefined
}

function field(request: RawRequest, path: string): string | undefined {
  let value: Json | undefined = jsonOf(request.body)
  for (const key of path.split('.'))
    value = isObject(value) && Object.hasOwn(value, key) ? (value[key] as Json) : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function partsOf(
  request: RawRequest,
  context: VerifyContext,
  timestamp: string | undefined,
): readonly (string | Buffer)[] | undefined {
  const over = context.words['over'] ?? 'raw_body'
  const parts = (Array.isArray(over) ? over : [over]).map(part => {
    const [kind, rest] = split(String(part))
    return PARTS[kind]?.(request, rest, timestamp)
  })
  return parts.every(part => part !== undefined) ? parts : undefined
}

const split = (part: string): readonly [string, string] => {
  const colon = part.indexOf(':')
  return colon < 0 ? [part, ''] : [part.slice(0, colon), part.slice(colon + 1)]
}

const PARTS: Readonly<
  Record<
    string,
    (request: RawRequest, rest: string, timestamp: string | undefined) => string | Buffer | undefined
  >
> = {
  raw_body: request => request.body,
  timestamp: (_, __, timestamp) => timestamp,
  header: (request, name) => request.headers[name.toLowerCase()],
  query: (request, name) => request.query[name],
  field: (request, path) => field(request, path),
  text: (_, literal) => literal,
}

/** Parts that `over` may name, for the manifest check. */
export const isHmacPart = (part: string): boolean => Object.hasOwn(PARTS, split(part)[0])

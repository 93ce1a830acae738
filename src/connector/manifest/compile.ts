/**
 * A checked manifest and its document made into a Connector: auth, limits, errors, callback and resources,
 * each compiled with its problems at their place.
 */
import { parseDuration } from '../../kernel/duration.js'
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import type { YamlPath } from '../../kernel/yaml.js'
import { AUTH_KINDS } from '../auth/kinds.js'
import {
  ANSWER_ROOTS,
  CALL_ROOTS,
  CALLBACK_ROOTS,
  type Evaluator,
  type Expressions,
  rooted,
} from '../expressions.js'
import { parseRate } from '../limits.js'
import { isHmacPart } from '../verify/hmac.js'
import { VERIFY_SCHEMES } from '../verify/schemes.js'
import { compileResource } from './compile-resource.js'
import { type SlotCompiler, slotCompiler } from './compile-slot.js'
import type { AuthSpec, CallbackSpec, Connector, ErrorRule, Limits, Rate, Resource } from './connector.js'
import { mentions } from './mentions.js'
import type { ApiDocument } from './openapi.js'
import type { Problems } from './problems.js'
import type { Manifest } from './schema.js'
import { readWords } from './words.js'

const DEFAULT_TIMEOUT = 20_000
const DEFAULT_CONCURRENCY = 8
const DEFAULT_CALLBACK_MAX = 1024 * 1024
const DAY = 86_400_000
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }

interface Tools {
  readonly manifest: Manifest
  readonly document: ApiDocument
  readonly expressions: Expressions
  readonly problems: Problems
  readonly slots: SlotCompiler
}

export function compileConnector(
  manifest: Manifest,
  document: ApiDocument,
  expressions: Expressions,
  problems: Problems,
  place: Pick<Connector, 'folder' | 'file' | 'hooks'>,
): Connector {
  const tools: Tools = {
    manifest,
    document,
    expressions,
    problems,
    slots: slotCompiler(document, expressions, problems),
  }
  settingsAreDeclared(manifest, problems)
  for (const [server, setting] of Object.entries(manifest.servers ?? {})) {
    if (!Object.hasOwn(document.servers, server))
      problems.add(
        'CONNECTOR_MANIFEST_INVALID',
        ['servers', server],
        `the document has no server ${server}`,
        'error',
        true,
      )
    if (!Object.hasOwn(manifest.settings ?? {}, setting))
      problems.add('CONNECTOR_SETTING_UNKNOWN', ['servers', server], `no setting ${setting} is declared`)
  }
  const resources: Record<string, Resource> = Object.create(null)
  for (const [name, raw] of Object.entries(manifest.resources))
    resources[name] = compileResource(name, raw, manifest, document, tools.slots, expressions, problems)
  return {
    name: manifest.connector,
    title: manifest.title,
    summary: manifest.summary,
    ...place,
    transport: manifest.transport ?? 'http',
    uses: usedBy(manifest),
    settings: manifest.settings ?? {},
    document,
    servers: manifest.servers ?? {},
    auth: auths(tools),
    limits: limitsOf(tools),
    check:
      manifest.check === undefined
        ? undefined
        : tools.slots.slot(manifest.check, ['check'], { verb: 'check' }),
    success: expression(tools, manifest.success, ['success'], ANSWER_ROOTS),
    errors: errorRules(tools),
    resources,
    callback: callbackSpec(tools),
  }
}

function expression(
  { expressions, problems }: Tools,
  text: string | undefined,
  at: YamlPath,
  roots: readonly string[],
): Evaluator | undefined {
  return text === undefined
    ? undefined
    : problems.attempt(at, 'CONNECTOR_EXPRESSION_BROKEN', () => expressions.expression(text, roots))
}

function errorRules(tools: Tools): readonly ErrorRule[] {
  return (tools.manifest.errors ?? []).flatMap((row, index) => {
    const at = ['errors', index]
    const when = expression(tools, row.when, [...at, 'when'], ANSWER_ROOTS)
    const literal = row.wait === undefined ? undefined : parseDuration(row.wait)
    const wait = literal ?? expression(tools, row.wait, [...at, 'wait'], ANSWER_ROOTS)
    return when ? [{ when, is: row.is, wait }] : []
  })
}

const rates = (raw: string | readonly string[] | undefined): readonly Rate[] =>
  raw === undefined ? [] : (typeof raw === 'string' ? [raw] : raw).map(parseRate)

function limitsOf(tools: Tools): Limits {
  const raw = tools.manifest.limits
  const by = raw?.recipient && expression(tools, raw.recipient.by, ['limits', 'recipient', 'by'], CALL_ROOTS)
  return {
    rates: rates(raw?.rate),
    per: raw?.per ?? 'connection',
    concurrency: raw?.concurrency ?? DEFAULT_CONCURRENCY,
    timeoutMs: (raw?.timeout === undefined ? undefined : parseDuration(raw.timeout)) ?? DEFAULT_TIMEOUT,
    retryMs: raw?.retry?.flatMap(wait => parseDuration(wait) ?? []),
    recipient: raw?.recipient && by ? { by, rates: rates(raw.recipient.rate) } : undefined,
  }
}

/** One auth for all, or one by name of a security scheme. */
function auths(tools: Tools): ReadonlyMap<string, AuthSpec> {
  const { manifest, document, problems } = tools
  const raw = manifest.auth as JsonObject | undefined
  const all = new Map<string, AuthSpec>()
  if (!raw) return all
  if (typeof raw['use'] === 'string') {
    const only = authSpec(tools, raw, ['auth'])
    if (only) all.set('', only)
    return all
  }
  for (const [name, block] of Object.entries(raw)) {
    const at = ['auth', name]
    if (!Object.hasOwn(document.securitySchemes, name))
      problems.add(
        'CONNECTOR_MANIFEST_INVALID',
        at,
        `the document has no security scheme ${name}`,
        'error',
        true,
      )
    else if (!isObject(block) || typeof block['use'] !== 'string')
      problems.add('CONNECTOR_MANIFEST_INVALID', at, `${name} needs use: KIND`)
    else {
      const spec = authSpec(tools, block as JsonObject, at)
      if (spec) all.set(name, spec)
    }
  }
  return all
}

function authSpec(tools: Tools, block: JsonObject, at: YamlPath): AuthSpec | undefined {
  const { problems, expressions, slots } = tools
  const use = String(block['use'])
  const kind = Object.hasOwn(AUTH_KINDS, use) ? AUTH_KINDS[use] : undefined
  if (!kind) {
    problems.add(
      'CONNECTOR_KIND_UNKNOWN',
      [...at, 'use'],
      `no auth kind ${use} (known: ${Object.keys(AUTH_KINDS).join(', ')})`,
    )
    return undefined
  }
  const values = readWords(block, kind.words, ['use', 'expired'], at, problems, expressions)
  for (const word of kind.needs?.(block) ?? [])
    if (!Object.hasOwn(block, word)) problems.add('CONNECTOR_MANIFEST_INVALID', at, `${word} is missing`)
  const expired = block['expired']
  return {
    kind: use,
    words: block,
    values,
    exchange: exchangeOf(block, at, slots, problems),
    expired: expression(
      tools,
      typeof expired === 'string' ? expired : undefined,
      [...at, 'expired'],
      ANSWER_ROOTS,
    ),
  }
}

function exchangeOf(
  block: JsonObject,
  at: YamlPath,
  slots: SlotCompiler,
  problems: Problems,
): AuthSpec['exchange'] {
  // Client credentials are an exchange whose body and answer RFC 6749 fixes.
  const standard = typeof block['operation'] === 'string'
  const raw = standard
    ? { operation: block['operation'], token: 'body.access_token', expires_in: 'body.expires_in' }
    : block['exchange']
  if (!isObject(raw)) return undefined
  const place = standard ? at : [...at, 'exchange']
  const known = ['operation', 'with', 'steps', 'token', 'expires_in']
  for (const key of Object.keys(raw))
    if (!known.includes(key))
      problems.add('CONNECTOR_MANIFEST_INVALID', [...place, key], `unknown word: ${key}`, 'error', true)
  const { token: tokenText, expires_in: life, ...call } = raw as Record<string, Json | undefined>
  const slot = slots.slot(call, place, { verb: 'exchange' })
  const token = slots.answer(typeof tokenText === 'string' ? tokenText : undefined, [...place, 'token'])
  if (!token)
    problems.add(
      'CONNECTOR_MANIFEST_INVALID',
      place,
      'token is missing: where the answer holds the access token',
    )
  if (!slot || !token) return undefined
  const from = isObject(life) ? life['from'] : life
  const unit = isObject(life) && typeof life['unit'] === 'string' ? life['unit'] : 's'
  const atMost =
    isObject(life) && typeof life['at_most'] === 'string' ? parseDuration(life['at_most']) : undefined
  return {
    slot,
    token,
    expiresIn: slots.answer(typeof from === 'string' ? from : undefined, [...place, 'expires_in']),
    unitMs: UNITS[unit] ?? 1000,
    atMostMs: atMost ?? DAY,
  }
}

function callbackSpec(tools: Tools): CallbackSpec | undefined {
  const { problems, expressions } = tools
  const raw = tools.manifest.callback
  if (!raw) return undefined
  const verify = raw.verify as JsonObject
  const at = ['callback', 'verify']
  const name = String(verify['scheme'])
  const scheme = Object.hasOwn(VERIFY_SCHEMES, name) ? VERIFY_SCHEMES[name] : undefined
  if (!scheme)
    problems.add(
      'CONNECTOR_KIND_UNKNOWN',
      at,
      `no verify scheme ${name} (known: ${Object.keys(VERIFY_SCHEMES).join(', ')})`,
    )
  const values = scheme ? readWords(verify, scheme.words, ['scheme'], at, problems, expressions) : {}
  if (name === 'hmac') hmacMakesSense(verify, at, problems)
  const word = (text: string | undefined, key: string, root: string) =>
    expression(
      tools,
      text === undefined ? undefined : rooted(text, CALLBACK_ROOTS, root),
      ['callback', key],
      CALLBACK_ROOTS,
    )
  return {
    methods: raw.methods ?? ['POST'],
    scheme: name,
    words: verify,
    values,
    items: word(raw.items, 'items', 'body'),
    event: word(raw.event, 'event', 'item'),
    dedupe: word(raw.dedupe, 'dedupe', 'body'),
    ack: {
      status: raw.ack?.status ?? 200,
      headers: Object.fromEntries(
        Object.entries(raw.ack?.headers ?? {}).map(([key, value]) => [key.toLowerCase(), value]),
      ),
      body: raw.ack?.body as Json | undefined,
    },
    maxBytes: bytes(raw.max),
  }
}

function hmacMakesSense(verify: JsonObject, at: YamlPath, problems: Problems): void {
  if (['header', 'query', 'field'].filter(place => verify[place] !== undefined).length !== 1)
    problems.add(
      'CONNECTOR_MANIFEST_INVALID',
      at,
      'hmac needs one of header, query, field: where the signature stands',
    )
  const over = verify['over'] ?? 'raw_body'
  const parts = (Array.isArray(over) ? over : [over]).map(String)
  for (const part of parts)
    if (!isHmacPart(part)) problems.add('CONNECTOR_MANIFEST_INVALID', [...at, 'over'], `no part ${part}`)
  if (verify['tolerance'] !== undefined && verify['timestamp'] === undefined)
    problems.add(
      'CONNECTOR_MANIFEST_INVALID',
      [...at, 'tolerance'],
      'tolerance has no effect without timestamp',
      'warning',
    )
  const timestamp = verify['timestamp']
  const signed =
    parts.includes('timestamp') ||
    (isObject(timestamp) && timestamp['field'] !== undefined && parts.includes('raw_body'))
  if (timestamp !== undefined && !signed)
    problems.add(
      'CONNECTOR_MANIFEST_INVALID',
      [...at, 'timestamp'],
      'a timestamp that is not signed proves nothing: add it to over',
    )
}

function bytes(text: string | undefined): number {
  const [, count, unit] = /^(\d+)(KiB|MiB)?$/.exec(text ?? '') ?? []
  if (count === undefined) return DEFAULT_CALLBACK_MAX
  return Number(count) * (unit === 'MiB' ? 1024 * 1024 : unit === 'KiB' ? 1024 : 1)
}

/** By name: a word too many costs some bytes an effect. Code beside the manifest and other transports may ask for all. */
function usedBy(manifest: Manifest): Connector['uses'] {
  const free = manifest.hooks !== undefined || (manifest.transport ?? 'http') !== 'http'
  return { record: free || mentions(manifest, 'record'), sent: free || mentions(manifest, 'sent') }
}

/** Every `settings.NAME` of the manifest must be declared. */
function settingsAreDeclared(manifest: Manifest, problems: Problems): void {
  const declared = manifest.settings ?? {}
  const walk = (value: unknown, at: YamlPath): void => {
    if (typeof value === 'string')
      for (const [, name = ''] of value.matchAll(/\bsettings\.([A-Za-z_]\w*)/g)) {
        if (!Object.hasOwn(declared, name))
          problems.add('CONNECTOR_SETTING_UNKNOWN', at, `no setting ${name} is declared`)
      }
    else if (Array.isArray(value)) for (const [index, entry] of value.entries()) walk(entry, [...at, index])
    else if (isObject(value)) for (const [key, member] of Object.entries(value)) walk(member, [...at, key])
  }
  const { settings: _, ...rest } = manifest
  walk(rest, [])
}

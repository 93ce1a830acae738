import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../src/kernel/json-schema.js'
import { KINDS, KINDS_BY_PLURAL } from '../../src/model/kinds.js'
import { forEachEngine } from '../support/engines.js'
import { type Door, isProblem, openDoor } from './door.js'

/** On the server the same requests take as long and teach little more. */
const RUNS = { pglite: 2_000, postgres: 1_000 }

/** Texts that have broken parsers, databases and address books before. */
const nasty = fc.constantFrom(
  '',
  ' ',
  '0',
  'null',
  '\u0000',
  '\ud800',
  '张三',
  '👩‍💻',
  "'; drop table hrhub.records; --",
  '../../etc/passwd',
  '%2e%2e%2f',
  '%',
  '${env}',
  '__proto__',
  'constructor',
  'toString',
  '9'.repeat(30),
  '-1',
  '1e309',
  'a'.repeat(600),
  '2016-12-31T23:59:60Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  `candidate_${'0'.repeat(32)}`,
  'eyJhIjoxfQ',
  'W10',
  'WyIxIl0',
)
const anyText = fc.oneof(nasty, fc.string({ maxLength: 40, unit: 'grapheme' }))
const wild = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    anyText,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(anyText, tie('value'), { maxKeys: 4 }),
  ),
})).value

/** A value of a schema; unless `strict`, only near it. */
function near(schema: JsonSchema | undefined, depth = 0, strict = false): fc.Arbitrary<unknown> {
  if (!schema || depth > 5) return wild
  const fitting = (): fc.Arbitrary<unknown> => {
    if (schema.const !== undefined) return fc.constant(schema.const)
    if (schema.enum) return fc.constantFrom(...schema.enum)
    const choices = schema.anyOf ?? schema.oneOf
    if (choices) return fc.oneof(...choices.map(choice => near(choice, depth + 1, strict)))
    if (schema.properties) {
      const members = Object.entries(schema.properties).map(([name, member]) => [
        name,
        near(member, depth + 1, strict),
      ])
      return fc.record(Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>, {
        requiredKeys: [],
      })
    }
    if (schema.items) return fc.array(near(schema.items, depth + 1, strict), { maxLength: 3 })
    if (schema.format === 'date-time')
      return fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
        .map(date => date.toISOString())
    if (schema.type === 'integer') return fc.integer({ min: 0, max: 600 })
    if (schema.type === 'number') return fc.double()
    if (schema.type === 'boolean') return fc.boolean()
    if (schema.pattern?.includes('[0-9a-f]{32}')) return fc.constant(`delivery_${'0'.repeat(32)}`)
    if (strict && schema['x-ref'] !== undefined)
      return fc.record({
        resource: fc.constant('candidate'),
        external_id: fc.string({ minLength: 1, maxLength: 5 }),
      })
    if (strict && schema.format === 'date') return fc.constant('2026-02-28')
    if (strict && schema.format === 'uri') return fc.webUrl()
    return strict
      ? fc.string({ maxLength: 20, unit: 'binary-ascii' }).map(text => text.replaceAll('\0', ''))
      : anyText
  }
  if (strict) return fitting()
  return fc.oneof({ weight: 6, arbitrary: fitting() }, { weight: 1, arbitrary: wild })
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly schema: JsonSchema
}
interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> }
}

const WORDS: Readonly<Record<string, readonly string[]>> = {
  kinds: [...KINDS_BY_PLURAL.keys()],
  connection: ['ehr', 'ehr', 'ehr', 'ehr', 'ai', 'nobody'],
  resource: ['candidate', 'application', 'position', 'interview'],
  'occurred-at': ['2026-01-01T00:00:00Z', '2026-12-31T23:59:59.999+08:00'],
}

function requests(document: { paths: Record<string, Record<string, Operation>> }) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      // A stream does not end, and an injected request waits for its end.
      .filter(() => path !== '/v1/changes/stream')
      .map(([method, operation]) => {
        const parameters = operation.parameters ?? []
        const values = (place: Parameter['in']) =>
          fc.record(
            Object.fromEntries(
              parameters
                .filter(parameter => parameter.in === place)
                .map(({ name, schema }) => {
                  const words = WORDS[name]
                  const value = near(schema).map(value =>
                    typeof value === 'string' ? value : JSON.stringify(value),
                  )
                  return [
                    name,
                    words ? fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...words) }, value) : value,
                  ] as const
                }),
            ),
            place === 'path' ? {} : { requiredKeys: [] },
          )
        const [type, media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
        const record = path.startsWith('/v1/{kinds}/by/')
        const body = record
          ? fc.tuple(fc.constantFrom(...KINDS.values()), fc.boolean()).chain(([kind, strict]) =>
              near(kind.schema as unknown as JsonSchema, 0, strict).map(body => ({
                $plural: kind.plural,
                body,
              })),
            )
          : path.endsWith('/batch')
            ? fc.array(
                fc.record({
                  resource: anyText,
                  external_id: anyText,
                  data: near(KINDS.get('candidate')?.schema as never),
                }),
                { maxLength: 4 },
              )
            : near(media?.schema)
        const arbitrary = fc.record({
          method: fc.constant(method.toUpperCase()),
          path: fc.constant(path),
          params: values('path'),
          query: values('query'),
          headers: values('header'),
          body: type ? body : fc.constant(undefined),
          raw: fc.oneof({ weight: 30, arbitrary: fc.constant(undefined) }, anyText),
          type: fc.oneof(
            { weight: 20, arbitrary: fc.constant(type ?? 'application/json') },
            fc.constantFrom('text/plain', 'application/json; charset=gbk', '///', 'application/x-ndjson'),
          ),
        })
        // What is said goes deepest: through fold and plan into every table.
        return { weight: record ? 8 : 1, arbitrary }
      }),
  )
}

/** A body made for a kind goes, mostly, to that kind. */
function withKind<R extends { readonly params: object; readonly body: unknown }>(request: R): R {
  const { body } = request
  if (typeof body !== 'object' || body === null || !('$plural' in body) || !('body' in body)) return request
  return { ...request, params: { ...request.params, kinds: body.$plural }, body: body.body }
}

const encode = (text: string) => {
  try {
    return encodeURIComponent(text)
  } catch {
    return '%ED%A0%80'
  }
}
const headerSafe = (text: string) => /^[\x20-\x7e]*$/.test(text)

forEachEngine('anything at all', engine => {
  const runs = RUNS[engine.name]
  let door: Door
  let key: string
  beforeAll(async () => {
    door = await openDoor(await engine.open())
    key = await door.key(['admin'], 'ehr')
  })

  describe('from the document', () => {
    it(`is answered below 500, as a problem where it is refused (${runs} requests)`, async () => {
      const document = (await door.call('GET', '/openapi.json')).body as unknown as Parameters<
        typeof requests
      >[0]
      const statuses = new Map<number, number>()
      let said = 0
      await fc.assert(
        fc.asyncProperty(fc.oneof(...requests(document)), async generated => {
          const request = withKind(generated)
          const url = request.path.replace(/\{(\w+)\}/g, (_, name) =>
            encode(String((request.params as Record<string, unknown>)[name] ?? '')),
          )
          const query = Object.entries(request.query).map(
            ([name, value]) => `${name}=${encode(String(value))}`,
          )
          const lines = Array.isArray(request.body) && request.path.endsWith('/batch')
          const payload =
            request.raw ??
            (lines
              ? (request.body as unknown[]).map(line => JSON.stringify(line)).join('\n')
              : JSON.stringify(request.body))
          const answer = await door.app.inject({
            method: request.method as 'GET',
            url: `${url}${query.length > 0 ? `?${query.join('&')}` : ''}`,
            headers: {
              authorization: `Bearer ${key}`,
              ...(payload === undefined || request.method === 'GET' ? {} : { 'content-type': request.type }),
              ...Object.fromEntries(
                Object.entries(request.headers).filter(([, value]) => headerSafe(String(value))),
              ),
            },
            ...(payload === undefined || request.method === 'GET' ? {} : { payload }),
          })
          statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1)
          if (request.path.includes('/by/') && answer.statusCode < 300) said += 1
          if (answer.statusCode >= 500 && request.path !== '/readyz')
            throw new Error(`${answer.statusCode} ${answer.body} ${JSON.stringify(door.log.at(-1))}`)
          if (answer.statusCode >= 400) expect(isProblem(JSON.parse(answer.body))).toBe(true)
          door.log.splice(0)
        }),
        { numRuns: runs, endOnFailure: false },
      )
      // The generator reaches behind the checks, not only the checks.
      expect(statuses.get(200) ?? 0).toBeGreaterThan(runs / 20)
      expect(said).toBeGreaterThan(runs / 200)
      console.log(`${engine.name}: ${JSON.stringify([...statuses].sort())}, said ${said}`)
    }, 600_000)

    it('leaves no message that the hub failed on', async () => {
      const { rows } = await door.ledger.query(
        `select verdicts from hrhub.messages where state in ('new', 'defect')`,
      )
      expect(rows).toEqual([])
    })
  })

  it('is answered below 500 at the hooks too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
        fc.constantFrom('hk_ehr', 'hk_ai', 'hk_nobody', '%', ''),
        anyText,
        fc.oneof(
          wild.map(value => JSON.stringify(value) ?? ''),
          anyText,
        ),
        fc.constantFrom('right', 'wrong'),
        async (method, hook, tail, payload, secret) => {
          const answer = await door.app.inject({
            method: method as 'POST',
            url: `/hooks/${hook}/${encode(tail)}?${encode(tail)}=${encode(tail)}`,
            headers: { 'x-secret': secret },
            ...(method === 'GET' ? {} : { payload }),
          })
          if (answer.statusCode >= 500) throw new Error(`${answer.statusCode} ${answer.body}`)
        },
      ),
      { numRuns: 1000 },
    )
  }, 120_000)
})

/**
 * Answers to the operations of a document that nobody wrote a simulator for: things are made, read, changed, removed
 * and listed page by page as the document's shapes say; whatever else it offers answers its example.
 */
import type { Success } from '../../connector/draft/answers.js'
import { isCredential, type TokenCall } from '../../connector/draft/auth.js'
import { exampleOf } from '../../connector/draft/example.js'
import { type Input, inputsOf } from '../../connector/draft/inputs.js'
import { pagingOf, sinceOf } from '../../connector/draft/paging.js'
import type { DraftResource, Role } from '../../connector/draft/resources.js'
import { squash } from '../../connector/draft/words.js'
import { isJsonType, type Operation } from '../../connector/manifest/openapi.js'
import { answerSchema } from '../../connector/manifest/shapes.js'
import { project } from '../../connector/operation/project.js'
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import type { Answer, Call, Handler, Runtime } from '../types.js'
import { VendorProblem } from '../types.js'
import { placed, stepsOf } from './place.js'
import type { Things } from './things.js'

/** The one credential of a simulator that runs alone: every key, user and password. */
export const CREDENTIAL = 'sandbox'
const PAGE = 20
const TOKEN_LIFE_MS = 3_600_000

export interface Alone {
  readonly runtime: Runtime
  readonly success: Success | undefined
  readonly issueToken: (lifeMs: number) => string
}

/** A handler for one role of a resource. */
export function roleHandler(
  alone: Alone,
  role: Role,
  operation: Operation,
  resource: DraftResource,
  things: Things,
): Handler {
  const { runtime } = alone
  const note = (verb: 'create' | 'update' | 'delete', id: string, call: Call) =>
    runtime.effect({ verb, resource: resource.name, id, body: call.body ?? null, token: undefined })
  const one = (thing: JsonObject): Answer => answered(alone, operation, thing, resource)
  const absent = (id: string): never => {
    throw new VendorProblem({ kind: 'not_found', detail: `there is no ${resource.name} ${id}` })
  }
  const idOf = (call: Call) => idIn(call, operation, resource)
  const rows: Readonly<Record<Role, Handler>> = {
    create(call) {
      const thing = things.make(call.body)
      note('create', things.idOf(thing), call)
      return one(thing)
    },
    put(call) {
      const id = idOf(call)
      const known = things.get(id)
      const thing = known ? (things.change(id, call.body, true) ?? known) : things.make(call.body, id)
      note(known ? 'update' : 'create', id, call)
      return one(thing)
    },
    read: call => one(things.get(idOf(call)) ?? absent(idOf(call))),
    update(call) {
      const id = idOf(call)
      const thing = things.change(id, call.body, operation.method === 'PUT') ?? absent(id)
      note('update', id, call)
      return one(thing)
    },
    delete(call) {
      const id = idOf(call)
      if (!things.remove(id)) absent(id)
      note('delete', id, call)
      return shaped(alone, operation, bare(operation))
    },
    list: call => listed(alone, operation, resource, things, call),
  }
  return rows[role]
}

/** What no resource was made of: its example. */
export const exampleHandler =
  (alone: Alone, operation: Operation): Handler =>
  () =>
    shaped(alone, operation, bare(operation))

/** Gives tokens for the one credential. */
export function tokenHandler(alone: Alone, { operation, token, life, inputs }: TokenCall): Handler {
  return call => {
    for (const input of inputs) {
      const given = givenAt(call, input)
      const fixed = input.schema.const ?? input.schema.enum?.[0]
      if (!isCredential(input) || fixed !== undefined || ['granttype', 'scope'].includes(squash(input.name)))
        continue
      if (given !== CREDENTIAL)
        throw new VendorProblem({ kind: 'unauthenticated', detail: `${input.name} is not \`${CREDENTIAL}\`` })
    }
    let body = placed(bare(operation) ?? {}, stepsOf(token.path), alone.issueToken(TOKEN_LIFE_MS))
    if (life) body = placed(body, stepsOf(life.path), TOKEN_LIFE_MS / 1000)
    return shaped(alone, operation, body)
  }
}

/** Parameters come under the names that a route can have. */
export const routeName = (parameter: string): string => parameter.replace(/\W/g, '_')

function givenAt(call: Call, input: Input): Json | undefined {
  if (input.in === 'path') return call.params[routeName(input.name)]
  if (input.in === 'query') return call.query[input.name]
  if (input.in === 'body')
    return isObject(call.body) ? (call.body[input.name] as Json | undefined) : undefined
  return call.headers[input.name.toLowerCase()]
}

function idIn(call: Call, operation: Operation, resource: DraftResource): string {
  const inputs = inputsOf(operation, { body: true })
  const input =
    inputs.filter(({ in: place }) => place === 'path').at(-1) ??
    inputs.find(({ name }) => ['id', `${squash(resource.name)}id`].includes(squash(name)))
  const value = input && givenAt(call, input)
  if (value === undefined || value === null)
    throw new VendorProblem({ kind: 'invalid', detail: 'the call names no id' })
  return String(value)
}

function bare(operation: Operation): Json | undefined {
  const schema = answerSchema(operation)
  const content = Object.entries(operation.answers).find(([status]) => status.startsWith('2'))?.[1]
  const json = content?.find(({ mediaType }) => isJsonType(mediaType))
  return json ? (json.example ?? exampleOf(schema)) : undefined
}

/** The first 2xx that the document names. */
function statusOf(operation: Operation): number {
  const status = Object.keys(operation.answers).find(code => code.startsWith('2')) ?? '200'
  return /^\d{3}$/.test(status) ? Number(status) : 200
}

function shaped({ success }: Alone, operation: Operation, body: Json | undefined): Answer {
  const status = statusOf(operation)
  if (body === undefined || body === null || status === 204) return { status }
  const [, word] = stepsOf(`root.${success?.path ?? ''}`)
  const said = success && word !== undefined && isObject(body) && Object.hasOwn(body, word)
  return { status, body: said ? placed(body, stepsOf(success.path), success.value) : body }
}

function answered(alone: Alone, operation: Operation, thing: JsonObject, resource: DraftResource): Answer {
  const schema = answerSchema(operation)
  if (!schema) return shaped(alone, operation, undefined)
  const idSteps =
    resource.id && operation === resource.operations.create ? stepsOf(resource.id.path) : undefined
  const holder = idSteps?.slice(0, -1) ?? (resource.item ? stepsOf(resource.item.path) : [])
  const template = holder.length > 0 || idSteps ? (bare(operation) ?? {}) : {}
  const own = isObject(at(template, holder)) ? (at(template, holder) as JsonObject) : {}
  const id = idSteps?.at(-1)
  const whole: JsonObject = {
    ...(holder.length > 0 ? own : {}),
    ...thing,
    ...(id === undefined ? {} : { [id]: thing[id] ?? Object.values(thing)[0] ?? '' }),
  }
  return shaped(alone, operation, project(placed(template, holder, whole), schema))
}

const at = (value: Json, steps: readonly string[]): Json =>
  steps.reduce<Json>((here, step) => (isObject(here) ? ((here[step] ?? null) as Json) : null), value)

function listed(
  alone: Alone,
  operation: Operation,
  resource: DraftResource,
  things: Things,
  call: Call,
): Answer {
  const { items } = resource
  if (!items) return shaped(alone, operation, bare(operation))
  const inputs = inputsOf(operation, { body: true })
  const paging = pagingOf(operation, inputs, items, false)
  const since = sinceOf(inputs)
  const from = since ? instantOf(givenAt(call, since.input)) : undefined
  const filters = inputs.flatMap(input => {
    const wanted = givenAt(call, input)
    const isPaging = paging?.rules.has(input) || input === since?.input || input.in === 'header'
    return wanted === undefined || isPaging ? [] : [{ name: squash(input.name), wanted }]
  })
  const found = things
    .all()
    .filter(thing => from === undefined || things.changedAt(thing) >= from)
    .filter(thing => filters.every(filter => fits(thing, filter)))
  const size = sizeOf(call, paging?.rules)
  const cursor = [...(paging?.rules ?? [])].find(([, rule]) => rule === 'cursor')?.[0]
  const asked = cursor ? Number(givenAt(call, cursor) ?? Number.NaN) : Number.NaN
  const byPage = typeof paging?.next['page'] === 'number'
  const first = typeof paging?.next['page'] === 'number' ? paging.next['page'] : 0
  const start = Number.isFinite(asked) ? Math.max(0, byPage ? (asked - first) * size : asked) : 0
  const page = found.slice(start, start + size)
  const more = start + size < found.length
  const schema = items.schema
  let body: Json = items.path === 'body' ? [] : (bare(operation) ?? {})
  body = placed(
    body,
    stepsOf(items.path),
    page.map(thing => project(thing, schema)),
  )
  if (items.path !== 'body')
    body = counted(
      body,
      { total: found.length, start, size, more, next: more ? String(start + size) : undefined },
      paging?.next['cursor'],
    )
  return shaped(alone, operation, body)
}

interface Counts {
  readonly total: number
  readonly start: number
  readonly size: number
  readonly more: boolean
  readonly next: string | undefined
}

const COUNTS: readonly (readonly [RegExp, (counts: Counts) => Json])[] = [
  [/^total(?:found|count|elements|records|results|size)?$/, ({ total }) => total],
  [/^(?:offset|skip|start|startindex)$/, ({ start }) => start],
  [/^(?:limit|pagesize|perpage|size)$/, ({ size }) => size],
  [/^(?:hasmore|hasnext|hasnextpage|more|morepages|moredata|moredataavailable)$/, ({ more }) => more],
]

/** Numbers beside the items, at whatever depth the document has them. */
function counted(body: Json, counts: Counts, cursor: unknown, depth = 0): Json {
  let result = body
  if (typeof cursor === 'string' && depth === 0) {
    const steps = stepsOf(cursor)
    result = counts.next === undefined ? without(result, steps) : placed(result, steps, counts.next)
  }
  if (!isObject(result) || depth > 2) return result
  return Object.fromEntries(
    Object.entries(result as JsonObject).map(([name, value]) => {
      const row = COUNTS.find(([pattern]) => pattern.test(squash(name)))
      return [
        name,
        row && !isObject(value) && !Array.isArray(value)
          ? row[1](counts)
          : counted(value, counts, undefined, depth + 1),
      ]
    }),
  )
}

function without(value: Json, steps: readonly string[]): Json {
  const [first, ...rest] = steps
  if (first === undefined || !isObject(value)) return value
  const { [first]: inner, ...others } = value as JsonObject
  return rest.length === 0 || inner === undefined ? others : { ...others, [first]: without(inner, rest) }
}

function sizeOf(call: Call, rules: ReadonlyMap<Input, unknown> | undefined): number {
  for (const [input, rule] of rules ?? []) {
    if (!isObject(rule)) continue
    const asked = Number(givenAt(call, input) ?? input.schema.default ?? PAGE)
    if (Number.isFinite(asked) && asked > 0) return Math.min(asked, input.schema.maximum ?? 1000)
  }
  return PAGE
}

/** A parameter that is called like a member asks for that value, or for a time of a range `from..to`. */
function fits(
  thing: JsonObject,
  { name, wanted }: { readonly name: string; readonly wanted: Json },
): boolean {
  const member = Object.entries(thing).find(([key]) => squash(key) === name)?.[1]
  if (member === undefined || isObject(member)) return true
  const any = (Array.isArray(wanted) ? wanted : [wanted]).map(String)
  const [from, to] = any.length === 1 ? any.join('').split('..').map(instantOf) : []
  const when = instantOf(member)
  if (from !== undefined && to !== undefined && when !== undefined) return from <= when && when <= to
  return Array.isArray(member)
    ? member.some(entry => any.includes(String(entry)))
    : any.includes(String(member))
}

function instantOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value > 1e11 ? value : value * 1000
  const read = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(read) ? undefined : read
}

/** The EHR's operations: lists with a keyset cursor, reading by id, and the writes its document allows. */
import type { Json, JsonObject } from '../../kernel/json.js'
import type { Idempotency } from '../idempotency.js'
import type { Tokens } from '../tokens.js'
import type { Answer, Call, Handler, Runtime } from '../types.js'
import { VendorProblem } from '../types.js'
import type { EhrStore } from './store.js'
import { SORTS, type Sort, type Thing } from './things.js'

export interface EhrParts {
  readonly runtime: Runtime
  readonly store: EhrStore
  readonly tokens: Tokens
  readonly idempotency: Idempotency
  readonly account: { readonly id: string; readonly name: string }
  readonly client: { readonly id: string; readonly secret: string }
}

const TOKEN_TTL_S = 7200
const PAGE = 50
/** Query members of lists that are no filters. */
const PAGING = new Set(['updated_after', 'cursor', 'limit'])

/** What this EHR keeps of a score: one decimal. */
const rounded = (value: Json | undefined) =>
  typeof value === 'number' ? Math.round(value * 10) / 10 : (value ?? null)
const idOf = (call: Call) => call.params['id'] ?? ''
const bodyOf = (call: Call) => call.body as JsonObject

/** The body without the member that repeats the path's id. @throws VendorProblem where the two differ */
function bodyUnder(call: Call, member: string): JsonObject {
  const { [member]: repeated, ...body } = bodyOf(call)
  if (repeated !== undefined && repeated !== idOf(call))
    throw new VendorProblem({ kind: 'invalid', code: 'id_mismatch', detail: `${member} 与路径不一致` })
  return body as JsonObject
}

export function ehrHandlers(parts: EhrParts): Record<string, Handler> {
  const { store, runtime } = parts
  const write = (verb: 'create' | 'update' | 'delete', resource: string, id: string, call: Call) =>
    runtime.effect({ verb, resource, id, body: call.body ?? null, token: call.headers['idempotency-key'] })
  const ok = (thing: Thing): Answer => ({ status: 200, body: thing as unknown as Json })

  const handlers: Record<string, Handler> = {
    getToken(call) {
      const form = bodyOf(call)
      if (form['client_id'] !== parts.client.id || form['client_secret'] !== parts.client.secret)
        throw new VendorProblem({
          kind: 'unauthenticated',
          code: 'invalid_client',
          detail: '客户端凭证不正确',
        })
      const access_token = parts.tokens.issue(parts.client.id, TOKEN_TTL_S * 1000)
      return { status: 200, body: { access_token, token_type: 'Bearer', expires_in: TOKEN_TTL_S } }
    },
    getAccount: () => ({ status: 200, body: { ...parts.account } }),
  }
  for (const [sort, { many }] of Object.entries(SORTS) as [Sort, { many: string }][]) {
    const one = sort.charAt(0).toUpperCase() + sort.slice(1)
    handlers[`list${many}`] = call => ({ status: 200, body: listPage(store, sort, call) })
    handlers[`get${one}`] = call => ok(store.get(sort, idOf(call)))
  }
  const changing = (sort: Sort): Handler => {
    return call => {
      const thing = store.change(sort, idOf(call), withStamps(sort, bodyOf(call), store))
      write('update', sort, thing.id, call)
      return ok(thing)
    }
  }
  const creating = (sort: 'interview' | 'offer', defaults: JsonObject): Handler => {
    return call =>
      parts.idempotency.once(`create ${sort}`, call.headers['idempotency-key'], call.raw, () => {
        const body = bodyOf(call)
        const application = store.shelves.application.get(String(body['application_id']))
        if (!application)
          throw new VendorProblem({ kind: 'invalid', code: 'application_unknown', detail: '应聘不存在' })
        const thing = store.create(sort, {
          ...defaults,
          candidate_id: application['candidate_id'] ?? null,
          position_id: application['position_id'] ?? null,
          ...body,
        })
        write('create', sort, thing.id, call)
        return { status: 201, body: thing as unknown as Json }
      })
  }
  const removing = (sort: Sort): Handler => {
    return call => {
      store.remove(sort, idOf(call))
      write('delete', sort, idOf(call), call)
      return { status: 204 }
    }
  }
  return {
    ...handlers,
    updateCandidate: changing('candidate'),
    updateApplication: changing('application'),
    createInterview: creating('interview', { status: 'DRAFT', interviewer_ids: [] }),
    updateInterview: changing('interview'),
    deleteInterview: removing('interview'),
    createOffer: creating('offer', { status: 'DRAFT' }),
    updateOffer: changing('offer'),
    deleteOffer: removing('offer'),
    putAssessment(call) {
      const { custom_fields, ...standard } = bodyUnder(call, 'candidate_id')
      const assessment = {
        ...standard,
        score: rounded(standard['score']),
        ...(standard['composite'] === undefined ? {} : { composite: rounded(standard['composite']) }),
      }
      const thing = store.change('candidate', idOf(call), {
        assessment,
        ...(custom_fields === undefined ? {} : { custom_fields }),
      })
      write('update', 'assessment', thing.id, call)
      return ok(thing)
    },
    putTrainingPlan(call) {
      const thing = store.change('candidate', idOf(call), { training_plan: bodyUnder(call, 'candidate_id') })
      write('update', 'training_plan', thing.id, call)
      return ok(thing)
    },
    putScoreReport(call) {
      const application = store.get('application', idOf(call))
      const ref = call.params['ref'] ?? ''
      const key = `${application.id}/${ref}`
      const known = store.reports.get(key)
      const stored = {
        ref,
        application_id: application.id,
        updated_at: store.timestamp(),
        report: bodyUnder(call, 'application_id'),
      }
      store.reports.put(key, stored)
      write(known ? 'update' : 'create', 'score_report', key, call)
      const { report: _kept, ...shown } = stored
      return { status: 200, body: shown }
    },
    deleteScoreReport(call) {
      const key = `${store.get('application', idOf(call)).id}/${call.params['ref'] ?? ''}`
      if (!store.reports.get(key))
        throw new VendorProblem({ kind: 'not_found', detail: `报告不存在：${call.params['ref']}` })
      store.reports.delete(key)
      write('delete', 'score_report', key, call)
      return { status: 204 }
    },
  }
}

function withStamps(sort: Sort, change: JsonObject, store: EhrStore): JsonObject {
  if (sort !== 'application' || change['stage'] === undefined) return change
  return { ...change, stage_changed_at: store.timestamp() }
}

function listPage(store: EhrStore, sort: Sort, call: Call): Json {
  const { query } = call
  const after = query['updated_after'] === undefined ? '' : isoOf(String(query['updated_after']))
  const start = query['cursor'] === undefined ? '' : readCursor(String(query['cursor']))
  const limit = typeof query['limit'] === 'number' ? query['limit'] : PAGE
  const filters = Object.entries(query).filter(([name, value]) => !PAGING.has(name) && value !== undefined)
  const found = store.shelves[sort]
    .search(call.staleBy)
    .filter(thing => thing.updated_at > after && placeOf(thing) > start)
    .filter(thing => filters.every(([name, value]) => holds(thing, name, value)))
    .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const more = found.length > items.length
  return {
    items: items as unknown as Json,
    next_cursor: more && last ? Buffer.from(placeOf(last)).toString('base64url') : null,
    has_more: more,
  }
}

function holds(thing: Thing, name: string, value: Json | undefined): boolean {
  if (name === 'phone')
    return ((thing['phones'] ?? []) as readonly { number: string }[]).some(phone => phone.number === value)
  if (name === 'email') return ((thing['emails'] ?? []) as readonly Json[]).includes(value ?? null)
  return thing[name] === value
}
const placeOf = (thing: Thing) => `${thing.updated_at} ${thing.id}`
const isoOf = (text: string) => new Date(text).toISOString()
function readCursor(cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString('utf8')
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z \S+$/.test(place))
    throw new VendorProblem({ kind: 'invalid', code: 'cursor_invalid', detail: '游标无效' })
  return place
}

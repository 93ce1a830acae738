/**
 * The EHR/ATS simulator `acme-ehr` (openapi/vendors/acme-ehr.yaml): bearer API key or OAuth 2 client credentials,
 * lists by `updated_after` + cursor, Standard Webhooks with whole-object snapshots, its own writes echoed.
 */
import { timingSafeEqual } from 'node:crypto'
import type { Json, JsonObject } from '../../kernel/json.js'
import { COMPANY } from '../company.js'
import { createIdempotency, emptyIdempotency } from '../idempotency.js'
import { type SimulatorOptions, startSimulator } from '../simulator.js'
import { standardWebhooks } from '../standard-webhooks.js'
import { createTokens, emptyTokens } from '../tokens.js'
import type { Answer, Control, Problem, Simulator } from '../types.js'
import { VendorProblem } from '../types.js'
import { ehrHandlers } from './handle.js'
import { ehrPage } from './page.js'
import { applicantOf, apply, seedCompany } from './seed.js'
import { type EhrStore, openStore } from './store.js'
import { SORTS, type Sort } from './things.js'

export interface AcmeEhrOptions extends SimulatorOptions {
  readonly apiKey: string
  readonly clientId?: string
  readonly clientSecret?: string
  /** `whsec_` + base64; several while a rotation is under way. */
  readonly webhookSecrets: readonly string[]
  /** How far list endpoints are behind, ms; default 0. */
  readonly indexLagMs?: number
}

const DAY = 86_400_000
const STATUS: Readonly<Record<Problem['kind'], [number, string]>> = {
  unauthenticated: [401, 'unauthenticated'],
  token_expired: [401, 'token_expired'],
  forbidden: [403, 'forbidden'],
  not_found: [404, 'not_found'],
  conflict: [409, 'conflict'],
  unsupported_type: [415, 'unsupported_media_type'],
  invalid: [422, 'validation_failed'],
  throttled: [429, 'rate_limited'],
  failed: [500, 'internal_error'],
}

export function startAcmeEhr(options: AcmeEhrOptions): Promise<Simulator> {
  return startSimulator(
    { name: 'acme-ehr', title: 'Acme EHR 招聘与人事系统', document: 'acme-ehr' },
    runtime => {
      const store = openStore(runtime, options.indexLagMs ?? 0)
      const tokens = createTokens(runtime.slice('tokens', emptyTokens), runtime.now, 'ehr_at_')
      const idempotency = createIdempotency(runtime.slice('keys', emptyIdempotency), runtime.now, {
        windowMs: DAY,
        otherBody: 'refuse',
      })
      if (store.shelves.person.all().length === 0) seedCompany(store)
      return {
        auth: {
          apiKey(credential) {
            if (!same(credential.value, options.apiKey))
              throw new VendorProblem({ kind: 'unauthenticated', detail: 'API 密钥无效' })
            return 'api_key'
          },
          oauth: credential => tokens.check(credential.value),
        },
        handlers: ehrHandlers({
          runtime,
          store,
          tokens,
          idempotency,
          account: { id: COMPANY.id, name: COMPANY.name },
          client: { id: options.clientId ?? 'hrhub', secret: options.clientSecret ?? options.apiKey },
        }),
        problem: ehrProblem,
        expireTokens: () => tokens.expireAll(),
        controls: ehrControls(store),
        page: () => ehrPage(store),
        snapshot: () => snapshotOf(store),
      }
    },
    { ...options, callbacks: standardWebhooks(() => options.webhookSecrets) },
  )
}

function same(given: string, known: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(known)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function ehrProblem(problem: Problem): Answer {
  const [status, code] = STATUS[problem.kind]
  return {
    status: problem.status ?? status,
    body: { error: { code: String(problem.code ?? code), message: problem.detail } },
  }
}

/**
 * `openPosition {id}` · `apply {applicant}` · `moveStage {id, stage}` · `editCandidate {id, …members}` ·
 * `editInterview {id, …members}` · `deleteCandidate {id}` · `publish {sort?}` says everything again.
 */
function ehrControls(store: EhrStore): Record<string, Control> {
  const id = (input: JsonObject) => String(input['id'] ?? '')
  const members = (input: JsonObject) =>
    Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'id')) as JsonObject
  return {
    openPosition: {
      title: '发布职位',
      run: input => store.change('position', id(input), { status: 'OPEN' }) as unknown as Json,
    },
    editPosition: {
      title: '修改职位',
      run: input => store.change('position', id(input), members(input)) as unknown as Json,
    },
    apply: {
      title: '投递简历',
      run: input => apply(store, applicantOf(String(input['applicant']))) as unknown as Json,
    },
    moveStage: {
      title: '推进阶段',
      run: input =>
        store.change('application', id(input), {
          stage: input['stage'] ?? null,
          stage_changed_at: store.timestamp(),
        }) as unknown as Json,
    },
    editCandidate: {
      title: '修改候选人',
      run: input => store.change('candidate', id(input), members(input)) as unknown as Json,
    },
    editInterview: {
      title: '修改面试',
      run: input => store.change('interview', id(input), members(input)) as unknown as Json,
    },
    deleteCandidate: {
      title: '删除候选人',
      run: input => {
        store.remove('candidate', id(input))
        return { deleted: id(input) }
      },
    },
    publish: {
      title: '重新推送',
      run: input => {
        const sorts = (Object.keys(SORTS) as Sort[]).filter(
          sort => input['sort'] === undefined || sort === input['sort'],
        )
        let said = 0
        for (const sort of sorts)
          for (const thing of store.shelves[sort].all()) {
            store.say(sort, thing)
            said++
          }
        return { said }
      },
    },
  }
}

function snapshotOf(store: EhrStore): Json {
  const sorts = Object.keys(SORTS) as Sort[]
  return {
    ...Object.fromEntries(
      sorts.map(sort => [SORTS[sort].many.toLowerCase(), store.shelves[sort].all() as unknown as Json]),
    ),
    score_reports: store.reports.all() as unknown as Json,
  }
}

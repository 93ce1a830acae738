/**
 * `hrhub/client`: the hub's API for programs in TypeScript. Paths, parameters, bodies and answers are typed by the
 * hub's own document; what it refuses is thrown as a `HubProblem`. It imports nothing of the hub.
 */
import createFetchClient, { type Client } from 'openapi-fetch'
import { type FollowOptions, follow } from './follow.js'
import { foreign, problemOf } from './problem.js'
import type { Call, Change, ItemOf, Method, Options, PagePath, paths } from './types.js'

export type { FollowOptions } from './follow.js'
export { HubProblem, type ProblemPlace } from './problem.js'
export type {
  Answer,
  Change,
  components,
  ItemOf,
  Options,
  operations,
  PagePath,
  PathOf,
  paths,
} from './types.js'

export interface ClientOptions {
  /** Where the hub listens, `http://127.0.0.1:3000`; a path below it is kept. */
  readonly url: string
  /** `hrk_…`; it decides the tenant, and for writes the connection it speaks for. */
  readonly key?: string
  /** Instead of the global one: for proxies, certificates and tests. */
  readonly fetch?: (request: Request) => Promise<Response>
}

export interface HubClient {
  readonly get: Call<'get'>
  readonly post: Call<'post'>
  readonly put: Call<'put'>
  readonly patch: Call<'patch'>
  readonly delete: Call<'delete'>
  /** Every item of a list, page after page: `for await (const message of hub.pages('/v1/messages'))`. */
  pages<P extends PagePath>(
    path: P,
    ...options: undefined extends Options<P, 'get'> ? [Options<P, 'get'>?] : [Options<P, 'get'>]
  ): AsyncGenerator<ItemOf<P>, void, undefined>
  /** The feed as it happens; after a cut it goes on from the position seen last. */
  follow(options?: FollowOptions): AsyncGenerator<Change, void, undefined>
  /** The plain client of openapi-fetch, for answers with their headers; refusals are thrown here, too. */
  readonly raw: Client<paths>
}

/** @throws TypeError where `url` is none */
export function createClient({
  url,
  key,
  fetch = request => globalThis.fetch(request),
}: ClientOptions): HubClient {
  const baseUrl = new URL(url).href.replace(/\/$/, '')
  const headers: Readonly<Record<string, string>> =
    key === undefined ? {} : { authorization: `Bearer ${key}` }
  const raw = createFetchClient<paths>({ baseUrl, headers, fetch, bodySerializer: bodyText })
  raw.use({
    onResponse: async ({ response }) => {
      if (!response.ok) throw await problemOf(response)
      // Whoever has nothing to say (204) has no type either.
      const type = response.headers.get('content-type') ?? 'application/json'
      if (!JSON_TYPE.test(type)) throw foreign(`the answer is ${type}`)
    },
  })

  const call = async (method: Method, path: string, options: AnyOptions = {}): Promise<unknown> => {
    // The types hold at the edge, path by path; here any path is text.
    const request = raw.request as unknown as AnyRequest
    const { data } = await request(method, path, {
      ...options,
      headers: { ...typeOfBody(options.body), ...options.headers },
    })
    return data
  }
  const caller = <M extends Method>(method: M) =>
    ((path: string, options?: AnyOptions) => call(method, path, options)) as unknown as Call<M>

  async function* pages(path: string, options: AnyOptions = {}): AsyncGenerator<unknown, void, undefined> {
    for (let cursor: string | undefined; ; ) {
      const query = { ...options.params?.query, ...(cursor === undefined ? {} : { cursor }) }
      const page = (await call('get', path, { ...options, params: { ...options.params, query } })) as Page
      if (!Array.isArray(page.items)) throw foreign('the answer is no page')
      yield* page.items
      if (page.next === null) return
      if (typeof page.next !== 'string' || page.next === cursor) throw foreign('the page leads nowhere')
      cursor = page.next
    }
  }

  return {
    get: caller('get'),
    post: caller('post'),
    put: caller('put'),
    patch: caller('patch'),
    delete: caller('delete'),
    pages: pages as unknown as HubClient['pages'],
    follow: options => follow({ url: baseUrl, headers, fetch }, options),
    raw,
  }
}

interface AnyOptions {
  readonly params?: { readonly query?: Readonly<Record<string, unknown>> }
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}
type AnyRequest = (method: string, path: string, options: object) => Promise<{ data?: unknown }>
interface Page {
  readonly items: readonly unknown[]
  readonly next: string | null
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/

/** NDJSON is text already. */
const bodyText = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body))

const typeOfBody = (body: unknown): Readonly<Record<string, string>> =>
  body === undefined
    ? {}
    : { 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' }

/** The types of the client, made of the hub's own document: paths, what they take, and what they answer. */
import type { MaybeOptionalInit } from 'openapi-fetch'
import type { components, operations, paths } from '../../openapi/types/hub.js'

export type { components, operations, paths }

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** Paths that have a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, object> ? P : never
}[keyof paths]

type Success<Responses> = {
  [Status in Extract<keyof Responses, 200 | 201 | 202>]: Responses[Status] extends {
    content: { 'application/json': infer Body }
  }
    ? Body
    : undefined
}[Extract<keyof Responses, 200 | 201 | 202>]

/** What a successful answer is; undefined where there is no body. */
export type Answer<P extends keyof paths, M extends Method> =
  paths[P] extends Record<M, { responses: infer Responses }>
    ? [Extract<keyof Responses, 200 | 201 | 202>] extends [never]
      ? undefined
      : Success<Responses>
    : never

/** What a call takes: `params`, `body`, and fetch’s own options. */
export type Options<P extends keyof paths, M extends Method> = MaybeOptionalInit<
  paths[P],
  Extract<M, keyof paths[P]>
>

/** One call: the path as the document writes it, then its options, which may be left out where nothing is required. */
export type Call<M extends Method> = <P extends PathOf<M>>(
  path: P,
  ...options: undefined extends Options<P, M> ? [Options<P, M>?] : [Options<P, M>]
) => Promise<Answer<P, M>>

/** Paths whose answer is a page, and which take the cursor of the next one. */
export type PagePath = {
  [P in PathOf<'get'>]: paths[P] extends { get: { parameters: { query?: { cursor?: string } } } }
    ? Answer<P, 'get'> extends { items: readonly unknown[]; next: string | null }
      ? P
      : never
    : never
}[PathOf<'get'>]

export type ItemOf<P extends keyof paths> =
  Answer<P, 'get'> extends { items: readonly (infer Item)[] } ? Item : never

/** One change of one record, as the feed tells it. */
export type Change = ItemOf<'/v1/changes'>

/**
 * The resources of a document, found by method and shape: a collection path with its item path, or a family of
 * calls whose last word is a verb (`/candidate/create`, `/candidate.list`). What fits neither is left, and told.
 */

import { type ApiDocument, isJsonType, type Operation } from '../manifest/openapi.js'
import { answerSchema } from '../manifest/shapes.js'
import { type Found, idOf, itemsIn, thingIn } from './answers.js'
import { manifestName, singularName, squash, wordsOf } from './words.js'

export type Role = 'create' | 'read' | 'update' | 'delete' | 'put' | 'list'

export interface DraftResource {
  readonly name: string
  /** Of its collection: `/candidates`. */
  readonly path: string
  readonly operations: Readonly<Partial<Record<Role, Operation>>>
  /** Path parameter of the item path; undefined where a call takes its id in the body or the query. */
  readonly idParameter: string | undefined
  /** Path parameters before it. */
  readonly parents: readonly string[]
  /** In the create's (or put's) answer. */
  readonly id: Found | undefined
  /** The thing in the read's answer. */
  readonly item: Found | undefined
  /** In the list's answer. */
  readonly items: Found | undefined
}

export interface Resources {
  readonly resources: readonly DraftResource[]
  /** Operations of no resource. */
  readonly left: readonly Operation[]
}

type Family = {
  readonly path: string
  readonly operations: Partial<Record<Role, Operation>>
  idParameter: string | undefined
  /** Told by its calls' last words, not by methods. */
  readonly rpc: boolean
}

const PARAMETER = /^\{([^}]+)\}$/
/** Last words of a path that are verbs, as RPC-style vendors write them. */
const VERBS: Readonly<Record<string, Role>> = {
  create: 'create',
  add: 'create',
  new: 'create',
  insert: 'create',
  save: 'create',
  get: 'read',
  detail: 'read',
  details: 'read',
  info: 'read',
  query: 'read',
  find: 'read',
  update: 'update',
  edit: 'update',
  modify: 'update',
  delete: 'delete',
  remove: 'delete',
  cancel: 'delete',
  list: 'list',
  search: 'list',
  page: 'list',
  pagelist: 'list',
  batchget: 'list',
}
const verbOf = (word: string): Role | undefined =>
  Object.hasOwn(VERBS, squash(word)) ? VERBS[squash(word)] : undefined
/** Last words that name no thing. */
const NOT_A_THING = new Set([
  'me',
  'token',
  'ping',
  'health',
  'status',
  'search',
  'webhook',
  'oauth',
  'login',
  'logout',
  'version',
])

/** @param skip operations that serve something else already: a token exchange */
export function findResources(document: ApiDocument, skip: ReadonlySet<string>): Resources {
  const families = new Map<string, Family>()
  const all = [...document.operations.values()].filter(operation => !skip.has(operation.id))
  const family = (path: string, rpc: boolean): Family => {
    const known = families.get(path)
    const made: Family = known ?? { path, operations: {}, idParameter: undefined, rpc }
    families.set(path, made)
    return made
  }
  const later: Operation[] = []
  for (const operation of all) {
    const segments = segmentsOf(operation.path)
    const last = segments.at(-1) ?? ''
    const parameter = PARAMETER.exec(last)?.[1]
    const role = verbOf(last)
    if (role && segments.length > 1 && parameter === undefined) {
      const path = segments.slice(0, -1).filter(segment => !PARAMETER.test(segment))
      const of = family(`/${path.join('/')}`, true)
      of.operations[role] ??= operation
    } else if (parameter !== undefined) {
      const of = family(`/${segments.slice(0, -1).join('/')}`, false)
      of.idParameter ??= parameter
      take(of, itemRole(operation), operation)
    } else later.push(operation)
  }
  for (const operation of later) {
    const of = family(operation.path.replace(/\/$/, ''), false)
    if (operation.method === 'POST') of.operations.create ??= operation
    else if (operation.method === 'GET' && itemsIn(operation, '')) of.operations.list ??= operation
  }
  return named([...families.values()].filter(useful), all)
}

/** `/v1/candidate.create` reads as `/v1/candidate/create`; a dot before anything but a verb belongs to the name. */
function segmentsOf(path: string): readonly string[] {
  const segments = path.split('/').filter(segment => segment !== '')
  const [, thing, verb] = /^(\w[\w.-]*)\.(\w+)$/.exec(segments.at(-1) ?? '') ?? []
  return thing !== undefined && verb !== undefined && verbOf(verb)
    ? [...segments.slice(0, -1), thing, verb]
    : segments
}

function itemRole({ method }: Operation): Role | undefined {
  if (method === 'GET') return 'read'
  if (method === 'DELETE') return 'delete'
  return method === 'PUT' || method === 'PATCH' ? 'update' : undefined
}

/** Of PUT and PATCH the one that states a part. */
function take(family: Family, role: Role | undefined, operation: Operation): void {
  if (!role) return
  const known = family.operations[role]
  if (!known || (role === 'update' && known.method === 'PUT' && operation.method === 'PATCH'))
    family.operations[role] = operation
}

function useful({ path, operations, idParameter, rpc }: Family): boolean {
  const roles = Object.keys(operations)
  if (roles.length === 0 || NOT_A_THING.has(squash(path.split('/').at(-1) ?? ''))) return false
  if (rpc) return roles.length > 1 || operations.list !== undefined || operations.create !== undefined
  // A lone POST that is no collection is an action of something.
  if (idParameter === undefined && roles.length === 1 && operations.create)
    return (
      operations.create.body !== undefined &&
      isJsonType(operations.create.body.mediaType) &&
      path.split('/').length < 4
    )
  return true
}

function named(families: readonly Family[], all: readonly Operation[]): Resources {
  const resources: DraftResource[] = []
  const taken = new Set<string>()
  const used = new Set<string>()
  const depth = ({ path }: Family) => path.split('/').length
  for (const family of [...families].sort((a, b) => depth(a) - depth(b))) {
    const name = nameOf(family.path, taken)
    if (name === undefined) continue
    taken.add(name)
    const resource = describe(name, family)
    resources.push(resource)
    for (const operation of Object.values(resource.operations)) used.add(operation.id)
  }
  return { resources, left: all.filter(operation => !used.has(operation.id)) }
}

/** `/v1/job-ads` → `job_ad`; where that is taken, the path before it comes first. */
function nameOf(path: string, taken: ReadonlySet<string>): string | undefined {
  const segments = path.split('/').filter(segment => segment !== '' && !PARAMETER.test(segment))
  for (let count = 1; count <= segments.length; count++) {
    const words = segments.slice(-count)
    const name = manifestName([...words.slice(0, -1), singularName(words.at(-1) ?? '')].join('_'))
    if (name !== undefined && !taken.has(name)) return name
  }
  return undefined
}

function describe(name: string, family: Family): DraftResource {
  const { idParameter } = family
  const operations = { ...family.operations }
  // Written under an id of the caller's choice, and neither made nor listed in any other way.
  if (!operations.create && !operations.list && operations.update?.method === 'PUT') {
    operations.put = operations.update
    delete operations.update
  }
  const made = operations.create ?? operations.put
  const thing = made && thingIn(made, name)
  const item = operations.read && thingIn(operations.read, name)
  return {
    name,
    path: family.path,
    operations,
    idParameter,
    parents: family.path.split('/').flatMap(segment => PARAMETER.exec(segment)?.[1] ?? []),
    id: thing && idOf(thing, name, idParameter),
    item,
    items: operations.list && itemsIn(operations.list, name),
  }
}

/** Whether an operation answers anything that may be looked into. */
export const answersJson = (operation: Operation): boolean => answerSchema(operation) !== undefined

/** How alike a resource and a word are: the last word counts. */
export const namesThing = (resource: string, word: string): boolean =>
  resource === word || wordsOf(resource).at(-1) === word

/**
 * ownership.yaml: which connection has authority for which field. Of a list the first is the greatest; a field
 * takes the list of its longest path that has one, `"*"` last; who is not named has rank 0.
 */
import { fingerprint, type Json, type JsonObject } from '../../kernel/json.js'
import { createProblemList, type ProblemList } from '../../mapping/problems.js'
import { didYouMean } from '../../mapping/suggest.js'
import { KINDS } from '../../model/kinds.js'
import { type LeafNode, leafTree, withoutKeys } from '../../model/leaves.js'
import { checkShape, SHAPES } from './check-shape.js'
import { HUB } from './connections.js'
import type { OwnershipFile } from './grammar.js'
import { schemaOfKind } from './kinds.js'
import type { SourceFile } from './source-file.js'

/** Connections by kind and path, greatest first. */
export type Owners = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>

export interface Ownership {
  readonly rank: (connection: string, kind: string, path: string) => number
  readonly hash: string
}

const EVERYTHING = '*'

/** @param connections names that may own; the hub's own flows may as well */
export function readOwnership(
  source: SourceFile | undefined,
  connections: readonly string[],
): { readonly owners: Owners; readonly lists: readonly ProblemList[] } {
  if (!source) return { owners: new Map(), lists: [] }
  const { yaml } = source
  const list = createProblemList(yaml)
  if (list.hasErrors || !checkShape(SHAPES.ownership, yaml.value, [], list))
    return { owners: new Map(), lists: [list] }
  const owners = new Map<string, ReadonlyMap<string, readonly string[]>>()
  const { ownership } = yaml.value as unknown as OwnershipFile
  for (const [kind, paths] of Object.entries(ownership)) {
    const schema = schemaOfKind(kind)
    if (!schema) {
      const hint = didYouMean(kind, KINDS.keys())
      list.add('CONFIG_KIND_UNKNOWN', ['ownership', kind], `there is no kind \`${kind}\`${hint}`, {
        key: true,
      })
      continue
    }
    for (const [path, names] of Object.entries(paths)) {
      const at = ['ownership', kind, path]
      const wrong = path === EVERYTHING ? undefined : pathMistake(leafTree(schema), path)
      if (wrong) list.add('CONFIG_OWNERSHIP_PATH', at, wrong, { key: true })
      checkNames(names, connections, at, list)
    }
    owners.set(kind, new Map(Object.entries(paths)))
  }
  return { owners, lists: [list] }
}

function checkNames(
  names: readonly string[],
  connections: readonly string[],
  at: readonly string[],
  list: ProblemList,
): void {
  for (const [index, name] of names.entries()) {
    const place = [...at, index]
    if (!connections.includes(name) && name !== HUB)
      list.add(
        'CONFIG_CONNECTION_UNKNOWN',
        place,
        `there is no connection \`${name}\`${didYouMean(name, connections)}`,
      )
    if (names.indexOf(name) < index)
      list.add('CONFIG_NAME_TAKEN', place, `\`${name}\` stands in the list twice`)
  }
}

/** A field that is won by itself, or a branch of such fields; keys of lists are left out. */
function pathMistake(tree: LeafNode, path: string): string | undefined {
  let node: LeafNode | undefined = tree
  const walked: string[] = []
  for (const name of path.split('.')) {
    if (node.is === 'leaf') {
      const whole = walked.join('.')
      return `\`${whole}\` is one value and has one owner: write \`${whole}\``
    }
    const fields: LeafNode & { readonly is: 'fields' } = node.is === 'keyed' ? node.entry : node
    const next: LeafNode | undefined = fields.members.get(name) ?? fields.open
    if (!next) return `there is no \`${name}\`${didYouMean(name, fields.members.keys())}`
    node = next
    walked.push(name)
  }
  return undefined
}

/** Open maps make endlessly many paths; beyond this many the memory starts anew. */
const MAX_REMEMBERED = 10_000

export function ownershipOf(owners: Owners): Ownership {
  const remembered = new Map<string, Map<string, ReadonlyMap<string, number>>>()
  for (const kind of owners.keys()) remembered.set(kind, new Map())
  const rank: Ownership['rank'] = (connection, kind, path) => {
    const paths = remembered.get(kind)
    if (!paths) return 0
    const plain = withoutKeys(path)
    let ranks = paths.get(plain)
    if (!ranks) {
      ranks = ranksOf(owners.get(kind), plain)
      if (paths.size >= MAX_REMEMBERED) paths.clear()
      paths.set(plain, ranks)
    }
    return ranks.get(connection) ?? 0
  }
  return { rank, hash: fingerprint(plainOf(owners)).slice(0, 16) }
}

function ranksOf(
  paths: ReadonlyMap<string, readonly string[]> | undefined,
  path: string,
): ReadonlyMap<string, number> {
  let names: readonly string[] | undefined
  for (
    let prefix = path;
    !names && prefix !== '';
    prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('.')))
  )
    names = paths?.get(prefix)
  names ??= paths?.get(EVERYTHING) ?? []
  return new Map(names.map((name, index) => [name, names.length - index]))
}

function plainOf(owners: Owners): JsonObject {
  const plain: Record<string, Json> = {}
  for (const [kind, paths] of owners) plain[kind] = Object.fromEntries(paths) as JsonObject
  return plain
}

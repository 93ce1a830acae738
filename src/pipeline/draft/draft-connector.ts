/**
 * A whole connector drafted from a vendor's document: manifest, mappings, README and fixtures as texts, each proved
 * by the checkers that `hrhub check` runs. Nothing is read or written here.
 */

import { type DraftManifest, draftManifest } from '../../connector/draft/manifest.js'
import type { ForeignDocument } from '../../connector/draft/read-document.js'
import type { DraftResource } from '../../connector/draft/resources.js'
import type { Connector } from '../../connector/manifest/connector.js'
import { secretSettings } from '../../connector/manifest/connector.js'
import { readDocument } from '../../connector/manifest/openapi.js'
import { shapeOf } from '../../connector/manifest/shapes.js'
import type { Problem } from '../../kernel/errors.js'
import type { JsonObject } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import type { YamlFile } from '../../kernel/yaml.js'
import type { CompileContext } from '../../mapping/types.js'
import { isKind, schemaOfKind, stateOrder } from '../config/kinds.js'
import { type DraftGiven, draftIncoming } from './draft-in.js'
import { draftOutgoing } from './draft-out.js'
import { fixturesOf } from './fixtures.js'
import { fieldsOf, kindOf, sharedWith } from './match.js'
import { proveManifest, proveMapping } from './prove.js'
import { readmeOf } from './readme.js'
import { KIND_WORDS } from './synonyms.js'

export interface DraftedFile {
  /** Below the integrator's folder: `connectors/acme/connector.yaml`. */
  readonly path: string
  readonly text: string
}

export interface DraftedConnector {
  readonly files: readonly DraftedFile[]
  readonly resources: readonly {
    readonly name: string
    readonly can: readonly string[]
    readonly kind: string | undefined
  }[]
  readonly settings: readonly string[]
}

export interface DraftOptions {
  readonly name: string
  /** Name of the copy below openapi/: `acme.yaml`. */
  readonly documentName: string
  readonly file: string
}

/** @returns the problems of the document where nothing can be drafted from it */
export async function draftConnector(
  foreign: ForeignDocument,
  { name, documentName, file }: DraftOptions,
): Promise<DraftedConnector | { readonly problems: readonly Problem[] }> {
  const { document, problems } = readDocument(placeless(foreign.root, file))
  if (!document) return { problems }
  const draft = draftManifest({
    name,
    openapi: `../../openapi/${documentName}`,
    document,
    root: foreign.root,
  })
  if (!draft.parts.some(({ id }) => id.startsWith('resources.'))) return { problems: [nothing(file)] }
  const proven = await proveManifest(draft.parts, document, `connectors/${name}`)
  if ('problems' in proven) return proven
  const { connector, text } = proven
  const context = contextOf(connector)
  const mappings = mappingsOf(connector, draft, context)
  const standing = draft.resources.filter(resource => Object.hasOwn(connector.resources, resource.name))
  const kinds = new Map(
    standing.map(({ name }) => [name, mappings.find(({ resource }) => resource === name)?.kind]),
  )
  const folder = `connectors/${name}`
  return {
    files: [
      { path: `${folder}/connector.yaml`, text },
      { path: `${folder}/README.md`, text: readmeOf(connector, draft, kinds, foreign.changes) },
      ...fixturesOf(connector, standing).map(({ path, value }) => ({
        path: `${folder}/fixtures/${path}`,
        text: `${JSON.stringify(value, null, 2)}\n`,
      })),
      ...mappings.map(({ path, text }) => ({ path, text })),
    ],
    resources: standing.map(({ name }) => ({
      name,
      can: abilities(connector, name),
      kind: kinds.get(name),
    })),
    settings: Object.keys(connector.settings),
  }
}

/** The document was read once; where its parts stand is told by whoever read it. */
const placeless = (root: JsonObject, file: string): YamlFile => ({
  file,
  value: root,
  problems: [],
  locate: () => ({ line: 1, column: 1 }),
})

const nothing = (file: string): Problem => ({
  code: 'CONNECTOR_DOCUMENT_BROKEN',
  severity: 'error',
  message: 'no resource was found in it: no collection that is listed, read or written',
  file,
  line: 1,
  column: 1,
})

function contextOf(connector: Connector): CompileContext {
  const secret = secretSettings(connector)
  return {
    tables: {},
    isKind,
    stateOrder,
    schemaOf(name) {
      if (isKind(name)) return schemaOfKind(name)
      const [, resource = ''] = name.split('.')
      return shapeOf(connector, resource, 'in')
    },
    settingsOf: () => Object.keys(connector.settings).filter(setting => !secret.includes(setting)),
  }
}

interface DraftedMapping extends DraftedFile {
  readonly resource: string
  readonly kind: string
}

function mappingsOf(
  connector: Connector,
  draft: DraftManifest,
  context: CompileContext,
): readonly DraftedMapping[] {
  const kinds = new Map<
    string,
    { readonly resource: DraftResource; readonly certainty: DraftGiven['certainty'] }
  >()
  const order = ['sure', 'likely', 'guess']
  for (const resource of draft.resources) {
    const { in: said } = connector.resources[resource.name]?.shapes ?? {}
    if (!Object.hasOwn(connector.resources, resource.name)) continue
    const found = kindFor(resource.name, said)
    const known = found && kinds.get(found.kind)
    if (found && (!known || order.indexOf(found.certainty) < order.indexOf(known.certainty)))
      kinds.set(found.kind, { resource, certainty: found.certainty })
  }
  const resources = new Map([...kinds].map(([kind, { resource }]) => [kind, resource.name]))
  return [...kinds].flatMap(([kind, { resource, certainty }]) => {
    const compiled = connector.resources[resource.name]
    if (!compiled) return []
    const given = { connector: connector.name, resource: resource.name, kind, certainty, resources }
    const texts: DraftedMapping[] = []
    const of = { resource: resource.name, kind }
    const { in: said, out: taken } = compiled.shapes
    if (said && (compiled.poll ?? compiled.callback ?? compiled.read)) {
      const incoming = draftIncoming({ ...given, shape: said })
      const text = incoming && proveMapping(incoming, context)
      if (incoming && text !== undefined) texts.push({ ...of, path: `mappings/${incoming.name}.yaml`, text })
    }
    if (taken && (compiled.slots.create ?? compiled.slots.put ?? compiled.slots.update)) {
      const outgoing = draftOutgoing({ ...given, shape: taken })
      const text =
        outgoing &&
        proveMapping(outgoing, { ...context, schemaOf: name => (isKind(name) ? schemaOfKind(name) : taken) })
      if (outgoing && text !== undefined) texts.push({ ...of, path: `mappings/${outgoing.name}.yaml`, text })
    }
    return texts
  })
}

/** So many fields must match before a shape is taken for a kind that its name does not speak of. */
const TELLING = 3

/** The kind that a resource is: by its name, and where that is only a guess by the fields it shares with each. */
function kindFor(
  resource: string,
  shape: JsonSchema | undefined,
): { readonly kind: string; readonly certainty: DraftGiven['certainty'] } | undefined {
  const named = kindOf(resource)
  if (!shape || (named && named.certainty !== 'guess')) return named
  const fields = fieldsOf(shape)
  const matches = (kind: string) => sharedWith(kind, fields)
  let best = named && { kind: named.kind, count: matches(named.kind) }
  for (const kind of Object.keys(KIND_WORDS)) {
    const count = matches(kind)
    if (count >= TELLING && count > (best?.count ?? 0)) best = { kind, count }
  }
  return best && { kind: best.kind, certainty: 'guess' }
}

export function abilities(connector: Connector, resource: string): readonly string[] {
  const found = connector.resources[resource]
  if (!found) return []
  const beside = (['read', 'callback', 'poll'] as const).filter(word => found[word] !== undefined)
  return [...Object.keys(found.slots), ...beside]
}

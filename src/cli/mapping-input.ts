/**
 * What `mapping run` and `mapping explain` are given: the mapping by name or file, and one input from a file. A
 * bare thing is the source; `{ given, settings, records, external, item }` is a test's head, for records.
 */
import { join, resolve } from 'node:path'
import { packageRoot } from '../config.js'
import { HubError } from '../kernel/errors.js'
import { isObject, type Json, type JsonObject, parseJson } from '../kernel/json.js'
import { parseYaml, type YamlFile } from '../kernel/yaml.js'
import type { ExplainInput } from '../mapping/explain.js'
import { didYouMean } from '../mapping/suggest.js'
import { testInput, testView } from '../mapping/test-input.js'
import type { CompileContext, Mapping } from '../mapping/types.js'
import { Catalog } from '../pipeline/config/catalog.js'
import { readShelf } from '../pipeline/config/shelf.js'
import { mappingUse } from './folder.js'
import { type Invocation, isProject, projectsOf } from './invocation.js'
import { foldersOf } from './projects.js'

export interface FoundMapping {
  readonly name: string
  readonly yaml: YamlFile
  readonly context: CompileContext
  /** Undefined where it does not compile. */
  readonly mapping: Mapping | undefined
}

/** The integrators' folders; empty where there is none and what ships is meant alone. */
async function integratorsFolders({ settings }: Pick<Invocation, 'settings'>): Promise<readonly string[]> {
  const folders = await foldersOf(projectsOf(settings))
  return folders.filter(folder => settings.projects.length > 0 || isProject(folder))
}

/** Catalogs of the integrators' folders, or of what ships alone where there is none. */
export async function mappingCatalogs(cx: Pick<Invocation, 'settings'>): Promise<readonly Catalog[]> {
  const shipped = new Catalog(await readShelf(packageRoot()))
  const folders = await integratorsFolders(cx)
  if (folders.length === 0) return [shipped]
  return Promise.all(folders.map(async folder => new Catalog(await readShelf(resolve(folder)), shipped)))
}

/** Folders of a project whose files decide about mappings. */
const DECIDING = ['mappings', 'tables', 'connectors', 'openapi']

/** Where those files stand, there or not yet. */
export async function mappingFolders(
  cx: Pick<Invocation, 'settings'>,
): Promise<{ readonly roots: readonly string[]; readonly parents: readonly string[] }> {
  const folders = await integratorsFolders(cx)
  const parents = (folders.length === 0 ? [packageRoot()] : folders).map(folder => resolve(folder))
  return { parents, roots: parents.flatMap(parent => DECIDING.map(name => join(parent, name))) }
}

/** @throws HubError `CONFIG_MAPPING_UNKNOWN` */
export async function findMapping(cx: Invocation, name: string): Promise<FoundMapping> {
  const catalogs = await mappingCatalogs(cx)
  for (const catalog of catalogs) {
    const source = catalog.source(name)
    if (!source) continue
    const use = mappingUse(catalog, name)
    return { name, yaml: source.yaml, context: catalog.context(use), mapping: catalog.mapping(name, use) }
  }
  const known = catalogs.flatMap(catalog => catalog.mappingNames)
  throw new HubError('CONFIG_MAPPING_UNKNOWN', {
    detail: `there is no mapping ${name}${didYouMean(name, known)}`,
  })
}

/** Version of a mapping as its file is now; undefined where it does not compile, or folders differ in it. */
export async function versionOnDisk(
  cx: Pick<Invocation, 'settings'>,
  name: string,
): Promise<string | undefined> {
  const catalogs = await mappingCatalogs(cx)
  const versions = new Set(catalogs.map(catalog => catalog.mapping(name, mappingUse(catalog, name))?.version))
  const [only] = versions
  return versions.size === 1 ? only : undefined
}

const HEAD = ['given', 'settings', 'records', 'external', 'item']

/** @throws HubError `CLI_FILE_UNREADABLE`, `JSON_TEXT_BROKEN` */
export async function readInput({ terminal }: Invocation, file: string): Promise<Json> {
  const text = await terminal.read(file)
  if (!/\.ya?ml$/.test(file)) return parseJson(text)
  const yaml = parseYaml(text, file)
  const [problem] = yaml.problems
  if (problem)
    throw new HubError('CONFIG_YAML_BROKEN', {
      detail: problem.message,
      where: { file, line: problem.line, column: problem.column },
    })
  return yaml.value
}

export function inputFor(mapping: Mapping, value: Json): ExplainInput {
  const spec = headOf(value)
  if (mapping.direction === 'out') return testView(spec, mapping.from)
  return testInput(spec, mapping)
}

function headOf(value: Json): JsonObject {
  const isHead = isObject(value) && 'given' in value && Object.keys(value).every(word => HEAD.includes(word))
  return isHead ? (value as JsonObject) : { given: value }
}

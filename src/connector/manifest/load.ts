/**
 * Loads a connector's folder: manifest, document, hooks. Every problem is found at once, each with file, line
 * and column; a connector comes out only where none of them is an error.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Problem } from '../../kernel/errors.js'
import { isObject } from '../../kernel/json.js'
import { parseYaml, type YamlFile, type YamlPath } from '../../kernel/yaml.js'
import type { Expressions } from '../expressions.js'
import { hooksFile, lazyHooks } from '../hooks.js'
import { TRANSPORTS } from '../transport/transports.js'
import { compileConnector } from './compile.js'
import type { Connector } from './connector.js'
import { type ApiDocument, loadDocument } from './openapi.js'
import { Problems } from './problems.js'
import { HOUSE_ORDER, type Manifest, ManifestSchema } from './schema.js'

export interface LoadedConnector {
  /** Undefined when a problem of severity error was found. */
  readonly connector: Connector | undefined
  readonly problems: readonly Problem[]
}

const MANIFEST = 'connector.yaml'
// Our own schema needs no proof at every start: compiling the one for schemas takes longer than all the rest.
const validate = new Ajv2020({
  allErrors: true,
  strict: false,
  logger: false,
  validateSchema: false,
}).compile(ManifestSchema)

/**
 * @param folder folder that holds connector.yaml
 * @param expressions the mapping language, handed in by the hub
 * @param elsewhere where a document that is not at its path is looked for
 */
export async function loadConnector(
  folder: string,
  expressions: Expressions,
  elsewhere?: (document: string) => string | undefined,
): Promise<LoadedConnector> {
  const file = join(folder, MANIFEST)
  if (!existsSync(file)) {
    const problem: Problem = {
      code: 'CONNECTOR_FILE_MISSING',
      severity: 'error',
      message: `there is no ${MANIFEST} in ${folder}`,
      file,
      line: 1,
      column: 1,
    }
    return { connector: undefined, problems: [problem] }
  }
  const yaml = parseYaml(await readFile(file, 'utf8'), file)
  return loadManifest(yaml, folder, expressions, (manifest, problems) =>
    documentOf(manifest, folder, problems, elsewhere),
  )
}

/**
 * The same of a manifest that was read already, with its document from where the caller has it.
 * @param documentFor undefined where there is none, with its problems added
 */
export async function loadManifest(
  yaml: YamlFile,
  folder: string,
  expressions: Expressions,
  documentFor: (manifest: Manifest, problems: Problems) => Promise<ApiDocument | undefined>,
): Promise<LoadedConnector> {
  const { file } = yaml
  const problems = new Problems(yaml)
  if (problems.failed) return { connector: undefined, problems: problems.list }
  if (!validate(yaml.value)) problems.schemaErrors(validate.errors ?? [])
  if (problems.failed) return { connector: undefined, problems: problems.list }
  const manifest = yaml.value as unknown as Manifest
  houseOrder(yaml.value, problems)
  const document = await documentFor(manifest, problems)
  const hooks = manifest.hooks === undefined ? undefined : hooksFile(folder, manifest.hooks)
  if (manifest.hooks !== undefined && hooks === undefined)
    problems.add('CONNECTOR_FILE_MISSING', ['hooks'], `there is no ${manifest.hooks} in ${folder}`)
  if (!document) return { connector: undefined, problems: problems.list }
  const connector = compileConnector(manifest, document, expressions, problems, {
    folder,
    file,
    hooks: hooks === undefined ? undefined : lazyHooks(hooks),
  })
  return { connector: problems.failed ? undefined : connector, problems: problems.list }
}

async function documentOf(
  manifest: Manifest,
  folder: string,
  problems: Problems,
  elsewhere: ((document: string) => string | undefined) | undefined,
): Promise<ApiDocument | undefined> {
  const transport = manifest.transport ?? 'http'
  const kind = Object.hasOwn(TRANSPORTS, transport) ? TRANSPORTS[transport] : undefined
  if (!kind) {
    problems.add(
      'CONNECTOR_KIND_UNKNOWN',
      ['transport'],
      `no transport ${transport} (known: ${Object.keys(TRANSPORTS).join(', ')})`,
    )
    return undefined
  }
  if (kind.document) {
    if (manifest.openapi !== undefined)
      problems.add('CONNECTOR_MANIFEST_INVALID', ['openapi'], `${transport} has a document of its own`)
    return kind.document
  }
  if (manifest.openapi === undefined) {
    problems.add('CONNECTOR_MANIFEST_INVALID', [], 'openapi is missing')
    return undefined
  }
  const own = resolve(folder, manifest.openapi)
  const file = existsSync(own) ? own : (elsewhere?.(own) ?? own)
  if (!existsSync(file)) {
    problems.add('CONNECTOR_FILE_MISSING', ['openapi'], `there is no ${manifest.openapi}`)
    return undefined
  }
  const loaded = await loadDocument(file)
  problems.list.push(...loaded.problems)
  return loaded.document
}

function houseOrder(value: unknown, problems: Problems): void {
  const check = (block: unknown, order: readonly string[], at: YamlPath) => {
    if (!isObject(block)) return
    let last = -1
    for (const key of Object.keys(block)) {
      const place = order.indexOf(key)
      if (place < 0) continue
      if (place < last) {
        const message = `${key} stands before ${order[last]} in house order`
        problems.add('CONNECTOR_MANIFEST_ORDER', [...at, key], message, 'warning', true)
        return
      }
      last = place
    }
  }
  if (!isObject(value)) return
  check(value, HOUSE_ORDER.manifest, [])
  if (isObject(value['resources']))
    for (const [name, resource] of Object.entries(value['resources']))
      check(resource, HOUSE_ORDER.resource, ['resources', name])
  check(value['callback'], HOUSE_ORDER.callback, ['callback'])
}

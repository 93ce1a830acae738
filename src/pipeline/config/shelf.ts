/**
 * What one folder offers: connectors/, mappings/ and tables/, of the hub itself or of a company. Read once, in
 * parallel; nothing is compiled here but connectors, which need nothing else.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { Connector } from '../../connector/manifest/connector.js'
import { loadConnector } from '../../connector/manifest/load.js'
import type { Problem } from '../../kernel/errors.js'
import { isObject, type Json } from '../../kernel/json.js'
import { createProblemList } from '../../mapping/problems.js'
import { expressionsFor } from './expressions.js'
import { foldersIn, problemAt, readSources, type SourceFile } from './source-file.js'

export type Tables = Readonly<Record<string, Readonly<Record<string, Json>>>>

export interface ShelfConnector {
  /** Undefined where its folder has an error. */
  readonly connector: Connector | undefined
  /** Bytes that decide what it does: the manifest and the document. */
  readonly text: string
}

export interface Shelf {
  readonly root: string
  /** Every folder in connectors/, loaded or not. */
  readonly connectorNames: readonly string[]
  readonly connectors: ReadonlyMap<string, ShelfConnector>
  readonly mappings: ReadonlyMap<string, SourceFile>
  readonly tables: Tables
  readonly problems: readonly Problem[]
}

export interface ShelfOptions {
  /** Connectors to load; a vendor's document costs some 30 ms. Default: all. */
  readonly wanted?: ReadonlySet<string> | undefined
  /** A folder whose openapi/ serves where this one has no document of that name. */
  readonly below?: string | undefined
}

/** @param root a folder that may hold connectors/, mappings/, tables/, openapi/ */
export async function readShelf(root: string, { wanted, below }: ShelfOptions = {}): Promise<Shelf> {
  const [tables, mappings] = await Promise.all([
    readTables(join(root, 'tables')),
    readSources(join(root, 'mappings')),
  ])
  const folder = join(root, 'connectors')
  const connectorNames = await foldersIn(folder)
  const names = wanted ? connectorNames.filter(name => wanted.has(name)) : connectorNames
  const connectors = await readConnectors(root, names, tables.tables, below)
  return {
    root,
    connectorNames,
    connectors: connectors.connectors,
    mappings: new Map(mappings.files.map(file => [file.name, file])),
    tables: tables.tables,
    problems: [...tables.problems, ...mappings.problems, ...connectors.problems],
  }
}

async function readConnectors(
  root: string,
  names: readonly string[],
  tables: Tables,
  below: string | undefined,
) {
  const folder = join(root, 'connectors')
  const elsewhere = (document: string) => {
    const name = relative(resolve(root, 'openapi'), document)
    return below === undefined || name.startsWith('..') ? undefined : join(below, 'openapi', name)
  }
  const expressions = expressionsFor({
    schemaOf: () => undefined,
    isKind: () => false,
    tables,
    stateOrder: () => undefined,
  })
  const connectors = new Map<string, ShelfConnector>()
  const problems: Problem[] = []
  const loaded = await Promise.all(
    names.map(async name => {
      const { connector, problems } = await loadConnector(join(folder, name), expressions, elsewhere)
      return { name, connector, problems, text: connector ? await textOf(connector) : '' }
    }),
  )
  for (const { name, connector, text, problems: found } of loaded) {
    problems.push(...found)
    if (connector && connector.name !== name)
      problems.push(
        problemAt(
          connector.file,
          'CONFIG_NAME_DIFFERS',
          `the folder is ${name}, the connector ${connector.name}`,
        ),
      )
    connectors.set(name, { connector: connector?.name === name ? connector : undefined, text })
  }
  return { connectors, problems }
}

/** Built-in transports have documents of their own, which are no files. */
async function textOf({ file, document }: Connector): Promise<string> {
  const files = [file, document.file].filter(name => existsSync(name))
  return (await Promise.all(files.map(name => readFile(name, 'utf8')))).join('\n')
}

async function readTables(folder: string): Promise<{ tables: Tables; problems: Problem[] }> {
  const { files, problems: found } = await readSources(folder)
  const tables: Record<string, Readonly<Record<string, Json>>> = Object.create(null)
  const problems = [...found]
  for (const { name, yaml } of files) {
    const list = createProblemList(yaml)
    if (isObject(yaml.value))
      tables[name] = Object.assign(Object.create(null) as object, yaml.value) as Record<string, Json>
    else if (!list.hasErrors) list.add('CONFIG_FILE_INVALID', [], 'a table is a map from word to value')
    problems.push(...list.all)
  }
  return { tables, problems }
}

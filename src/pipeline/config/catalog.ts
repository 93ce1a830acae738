/**
 * Connectors, tables and mappings as one tenant sees them: its own first, the shipped ones besides. A mapping
 * is compiled once per use, and once for all tenants that see the same connectors and tables.
 */
import type { Connector } from '../../connector/manifest/connector.js'
import { secretSettings } from '../../connector/manifest/connector.js'
import { shapeOf } from '../../connector/manifest/shapes.js'
import type { Problem } from '../../kernel/errors.js'
import { isObject } from '../../kernel/json.js'
import { compileMapping } from '../../mapping/compile.js'
import type { CompileContext, CompiledFile, Mapping } from '../../mapping/types.js'
import { isKind, schemaOfKind, stateOrder } from './kinds.js'
import type { Shelf, Tables } from './shelf.js'
import type { SourceFile } from './source-file.js'

/** What a mapping is checked against: what a resource says, what it answers to create, what it takes. */
export type Use = 'in' | 'answer' | 'out'

export class Catalog {
  readonly tables: Tables
  private readonly shelf: Shelf
  private readonly below: Catalog | undefined
  private readonly compiled = new Map<string, CompiledFile>()
  private readonly used = new Set<string>()

  /** @param below the catalog of what ships with the hub; undefined for that catalog itself */
  constructor(shelf: Shelf, below?: Catalog) {
    this.shelf = shelf
    this.below = below
    this.tables = Object.assign(Object.create(null) as object, below?.tables, shelf.tables) as Tables
  }

  connector(name: string): Connector | undefined {
    const own = this.shelf.connectors.get(name)
    return own ? own.connector : this.below?.connector(name)
  }

  /** Whether there is a folder of that name, sound or not. */
  hasConnector(name: string): boolean {
    return this.connectorNames.includes(name)
  }

  connectorText(name: string): string {
    return this.shelf.connectors.get(name)?.text ?? this.below?.connectorText(name) ?? ''
  }

  get connectorNames(): readonly string[] {
    return [...new Set([...this.shelf.connectorNames, ...(this.below?.connectorNames ?? [])])]
  }

  get mappingNames(): readonly string[] {
    return [...new Set([...this.shelf.mappings.keys(), ...(this.below?.mappingNames ?? [])])]
  }

  source(name: string): SourceFile | undefined {
    return this.shelf.mappings.get(name) ?? this.below?.source(name)
  }

  /** `from` and `to` as written, also of a mapping that does not compile. */
  head(name: string): { readonly from: unknown; readonly to: unknown } | undefined {
    const value = this.source(name)?.yaml.value
    return isObject(value) ? { from: value['from'], to: value['to'] } : undefined
  }

  /** What a mapping is for by its own head, where no flow says otherwise. */
  useOf(name: string): Use {
    return name.endsWith('.out') ? 'out' : 'in'
  }

  /** Whether its source is a resource that answers at all: without a shape everything would seem right. */
  readsAnswer(name: string): boolean {
    const from = this.head(name)?.from
    return typeof from === 'string' && this.schemaOf(from, 'answer') !== undefined
  }

  /** Undefined: there is no such mapping, or it has an error, which `problems` then tells. */
  mapping(name: string, use: Use): Mapping | undefined {
    return this.compile(name, use)?.mapping
  }

  context(use: Use): CompileContext {
    return {
      tables: this.tables,
      isKind,
      stateOrder,
      schemaOf: name => this.schemaOf(name, use),
      settingsOf: name => {
        const connector = this.connector(name)
        if (!connector) return undefined
        const secret = secretSettings(connector)
        return Object.keys(connector.settings).filter(setting => !secret.includes(setting))
      },
    }
  }

  /**
   * Everything wrong on this shelf; call it when all flows have asked for their mappings.
   * @param scope `used` leaves alone the mappings that no flow uses
   */
  problems(scope: 'all' | 'used'): readonly Problem[] {
    if (scope === 'all')
      for (const name of this.shelf.mappings.keys()) if (!this.used.has(name)) this.compileUnused(name)
    return [...this.shelf.problems, ...[...this.compiled.values()].flatMap(({ problems }) => problems)]
  }

  private compile(name: string, use: Use): CompiledFile | undefined {
    const own = this.shelf.mappings.get(name)
    if (!own && this.below && !this.changesWhatShips) return this.below.compile(name, use)
    const source = own ?? this.below?.source(name)
    if (!source) return undefined
    this.used.add(name)
    const key = `${use} ${name}`
    const known = this.compiled.get(key)
    if (known) return known
    const compiled = this.compileSource(source, use)
    this.compiled.set(key, compiled)
    return compiled
  }

  private compileSource(source: SourceFile, use: Use): CompiledFile {
    const compiled = compileMapping(source.yaml, this.context(use))
    const { mapping } = compiled
    if (!mapping || mapping.name === source.name) return compiled
    const problem: Problem = {
      code: 'CONFIG_NAME_DIFFERS',
      severity: 'error',
      message: `the file is ${source.name}.yaml, the mapping ${mapping.name}`,
      file: source.yaml.file,
      ...source.yaml.locate(['mapping']),
    }
    return { mapping: undefined, problems: [...compiled.problems, problem] }
  }

  /** A mapping no flow uses may be meant for an answer: it is right where one of the two is. */
  private compileUnused(name: string): void {
    const use = this.useOf(name)
    const compiled = this.compile(name, use)
    if (compiled?.mapping || use === 'out' || !this.readsAnswer(name)) return
    const answer = this.compile(name, 'answer')
    this.compiled.delete(answer?.mapping ? `in ${name}` : `answer ${name}`)
  }

  /** Own connectors or tables give shipped mappings another meaning. */
  private get changesWhatShips(): boolean {
    return this.shelf.connectors.size > 0 || Object.keys(this.shelf.tables).length > 0
  }

  private schemaOf(name: string, use: Use) {
    if (name.startsWith('hub.')) return schemaOfKind(name.slice('hub.'.length))
    if (isKind(name)) return schemaOfKind(name)
    const [connector = '', resource = ''] = name.split('.')
    const found = this.connector(connector)
    return found && shapeOf(found, resource, use)
  }
}

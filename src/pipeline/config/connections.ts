/**
 * connections.yaml: which systems a tenant has, through which connectors, with which settings. Everything is
 * checked before anything is opened.
 */
import type { Connector } from '../../connector/manifest/connector.js'
import type { JsonObject } from '../../kernel/json.js'
import { isObject } from '../../kernel/json.js'
import type { YamlPath } from '../../kernel/yaml.js'
import { createProblemList, type ProblemList } from '../../mapping/problems.js'
import { didYouMean } from '../../mapping/suggest.js'
import type { Catalog } from './catalog.js'
import { entriesOf, SHAPES, soundPart } from './check-shape.js'
import type { ConnectionEntry } from './grammar.js'
import { interpolate, type Outside } from './interpolate.js'
import { isKind } from './kinds.js'
import { checkSettings } from './settings.js'
import type { SourceFile } from './source-file.js'

/** A connection that is ready to be opened. */
export interface PlannedConnection {
  readonly name: string
  /** Undefined where the connector's folder has an error, which is told there. */
  readonly connector: Connector | undefined
  readonly connectorName: string
  readonly settings: JsonObject
  /** As written; undefined = made from the name. */
  readonly hook: string | undefined
  readonly allowPrivate: boolean
  readonly acceptUnsigned: boolean
  /** Whether personal data may go there; undefined where nothing is said. */
  readonly personalData: boolean | undefined
  /** Place in connections.yaml. */
  readonly at: YamlPath
}

export interface ConnectionsFile {
  readonly tenant: string
  readonly connections: ReadonlyMap<string, PlannedConnection>
  readonly list: ProblemList
}

export const HUB = 'hub'
const DEFAULT_TENANT = 'default'
const TENANT = /^[a-z][a-z0-9_-]{0,62}$/

export async function readConnections(
  source: SourceFile,
  catalog: Catalog,
  outside: Outside,
): Promise<ConnectionsFile> {
  const { yaml } = source
  const list = createProblemList(yaml)
  const entries = entriesOf(yaml.value, 'connections', ['tenant'], list)
  const connections = new Map<string, PlannedConnection>()
  for (const [index, entry] of entries.entries()) {
    const at = ['connections', index]
    const sound = soundPart<ConnectionEntry>(SHAPES.connection, entry, at, list, ['connection', 'connector'])
    if (!sound) continue
    const planned = await planConnection(sound, at, catalog, outside, list)
    if (connections.has(planned.name))
      list.add('CONFIG_NAME_TAKEN', [...at, 'connection'], `there are two connections \`${planned.name}\``)
    else connections.set(planned.name, planned)
  }
  return { tenant: tenantOf(yaml.value, list), connections, list }
}

function tenantOf(value: unknown, list: ProblemList): string {
  const tenant = isObject(value) ? value['tenant'] : undefined
  if (tenant === undefined) return DEFAULT_TENANT
  if (typeof tenant === 'string' && TENANT.test(tenant)) return tenant
  list.add('CONFIG_FILE_INVALID', ['tenant'], '`tenant` must be a name: small letters, digits, - and _')
  return DEFAULT_TENANT
}

async function planConnection(
  entry: ConnectionEntry,
  at: YamlPath,
  catalog: Catalog,
  outside: Outside,
  list: ProblemList,
): Promise<PlannedConnection> {
  const { connection: name, connector: connectorName } = entry
  if (name === HUB || isKind(name))
    list.add('CONFIG_NAME_RESERVED', [...at, 'connection'], `no connection can be called \`${name}\``)
  if (!catalog.hasConnector(connectorName)) {
    const hint = didYouMean(connectorName, catalog.connectorNames)
    list.add(
      'CONFIG_CONNECTOR_UNKNOWN',
      [...at, 'connector'],
      `there is no connector \`${connectorName}\`${hint}`,
    )
  }
  const connector = catalog.connector(connectorName)
  const place = entry.settings === undefined ? at : [...at, 'settings']
  const written = (await interpolate(entry.settings ?? {}, place, outside, list)) as JsonObject
  return {
    name,
    connector,
    connectorName,
    settings: connector ? checkSettings(connector, written, place, list) : written,
    hook: entry.hook,
    allowPrivate: entry.allow_private ?? false,
    acceptUnsigned: entry.accept_unsigned ?? false,
    personalData: entry.personal_data,
    at,
  }
}

/**
 * The fingerprint of everything that decides what is sent: the folder's files, the connectors and mappings its
 * flows use, and settings in the clear. Secrets are not in it: rotating one changes nothing that is sent.
 */
import { fingerprint, type Json } from '../../kernel/json.js'
import type { Catalog } from './catalog.js'
import type { BuiltFlow } from './compile-flows.js'
import type { ConnectionsFile } from './connections.js'
import { openSettings } from './settings.js'
import type { SourceFile } from './source-file.js'

export function configHash(
  files: readonly (SourceFile | undefined)[],
  connections: ConnectionsFile['connections'],
  flows: readonly BuiltFlow[],
  catalog: Catalog,
): string {
  const texts: Record<string, Json> = {}
  for (const file of files) if (file) texts[file.name] = file.text
  const systems: Record<string, Json> = {}
  for (const { name, connector, connectorName, settings } of connections.values())
    systems[name] = {
      connector: catalog.connectorText(connectorName),
      names: Object.keys(settings).sort(),
      settings: connector ? openSettings(connector, settings) : {},
    }
  const mappings: Record<string, Json> = {}
  for (const built of flows) {
    const flow = 'in' in built ? built.in : built.out
    mappings[flow.id] = [flow.mapping.version, 'answer' in flow && flow.answer ? flow.answer.version : null]
  }
  return fingerprint({ texts, systems, mappings }).slice(0, 32)
}

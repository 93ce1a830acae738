/** One integrator's folder to everything but open connections; its problems are complete when all is read. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem } from '../../kernel/errors.js'
import { Catalog } from './catalog.js'
import { CHECKS } from './check/checks.js'
import { type BuiltFlow, compileFlows } from './compile-flows.js'
import { type ConnectionsFile, readConnections } from './connections.js'
import { readFlows } from './flow-source.js'
import { configHash } from './hash.js'
import { type FlowIndexes, indexFlows } from './indexes.js'
import type { Outside } from './interpolate.js'
import { type Ownership, ownershipOf, readOwnership } from './ownership.js'
import { readShelf } from './shelf.js'
import { readSource, readSources, type SourceFile } from './source-file.js'

export interface ReadTenant {
  readonly tenant: string
  readonly catalog: Catalog
  /** Undefined where the file is missing. */
  readonly connections: ConnectionsFile | undefined
  readonly flows: readonly BuiltFlow[]
  readonly indexes: FlowIndexes
  readonly ownership: Ownership
  readonly hash: string
  /** Everything wrong in the folder, of this tenant alone. */
  problems(): readonly Problem[]
}

const NO_CONNECTIONS: ConnectionsFile['connections'] = new Map()

/** @param below the folder of what ships */
export async function readTenant(
  folder: string,
  shipped: Catalog,
  outside: Outside,
  below: string,
): Promise<ReadTenant> {
  const ownershipName = join(folder, 'ownership.yaml')
  const [shelf, connectionsSource, flowFolder, ownershipSource] = await Promise.all([
    readShelf(folder, { below }),
    readSource(join(folder, 'connections.yaml'), 'connections.yaml'),
    readSources(join(folder, 'flows')),
    existsSync(ownershipName) ? readSource(ownershipName, 'ownership.yaml') : undefined,
  ])
  const problems: Problem[] = [...flowFolder.problems]
  const sourceOf = (read: SourceFile | Problem | undefined): SourceFile | undefined => {
    if (read === undefined || 'yaml' in read) return read
    problems.push(read)
    return undefined
  }
  const catalog = new Catalog(shelf, shipped)
  const connectionsFile = sourceOf(connectionsSource)
  const connections = connectionsFile && (await readConnections(connectionsFile, catalog, outside))
  const named = connections?.connections ?? NO_CONNECTIONS
  const sources = readFlows(flowFolder.files)
  const flows = compileFlows(sources.flows, named, catalog)
  const indexes = indexFlows(flows)
  const ends = sources.complete ? sources.flows.map(source => source.ends) : undefined
  for (const check of CHECKS)
    check({ flows, ends, connections: named, catalog, resourceOf: indexes.resourceOf })
  const ownershipFile = sourceOf(ownershipSource)
  const { owners, lists } = readOwnership(ownershipFile, [...named.keys()])
  const texts = [connectionsFile, ...flowFolder.files, ownershipFile]
  return {
    tenant: connections?.tenant ?? 'default',
    catalog,
    connections,
    flows,
    indexes,
    ownership: ownershipOf(owners),
    hash: configHash(texts, named, flows, catalog),
    problems: () => [
      ...problems,
      ...(connections?.list.all ?? []),
      ...sources.lists.flatMap(list => list.all),
      ...lists.flatMap(list => list.all),
      ...catalog.problems('all'),
    ],
  }
}

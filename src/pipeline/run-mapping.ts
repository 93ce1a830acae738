/**
 * A mapping run for somebody who looks: on a pasted body or on a record, with every rule explained. Nothing is
 * stored, nothing is sent; the same code runs as in earnest.
 */
import { HubError } from '../kernel/errors.js'
import { prefixOf } from '../kernel/ids.js'
import { isObject, type Json, type JsonObject } from '../kernel/json.js'
import { linkHeadsOfRecords } from '../ledger/find-links.js'
import { findRecords } from '../ledger/find-records.js'
import { type Explanation, explainMapping } from '../mapping/explain.js'
import type { InEnv, RecordView } from '../mapping/types.js'
import { KINDS } from '../model/kinds.js'
import type { Catalog } from './config/catalog.js'
import type { TenantConfig } from './config/types.js'
import type { Parts } from './parts.js'
import { loadViews, viewOf } from './plan/views.js'

export type Preview =
  | { readonly of: 'body'; readonly body: Json }
  | { readonly of: 'record'; readonly record: string }

export interface PreviewOptions {
  /** Whose settings and links count; default: the first connection of the mapping's connector. */
  readonly connection: string | undefined
  /** Entry of the flow's `each`. */
  readonly item: Json | undefined
}

type Catalogued = Pick<Catalog, 'source' | 'context' | 'head' | 'useOf'>

/** @throws HubError `PIPELINE_ID_UNKNOWN` (no such mapping or record), `PIPELINE_CONNECTION_UNKNOWN` */
export async function runMapping(
  parts: Parts,
  catalog: Catalogued,
  tenant: string,
  name: string,
  preview: Preview,
  { connection, item }: PreviewOptions,
): Promise<Explanation> {
  const source = catalog.source(name)
  if (!source) throw new HubError('PIPELINE_ID_UNKNOWN', { detail: `there is no mapping ${name}` })
  const config = parts.config(tenant)
  const use = catalog.useOf(name)
  const head = catalog.head(name)
  const other = String((use === 'out' ? head?.to : head?.from) ?? '')
  const found = connectionOf(config, connection, other)
  const env: InEnv = { settings: found?.settings ?? {} }
  const view = await viewOfPreview(
    parts,
    config,
    preview,
    use === 'out' || KINDS.has(other) ? head?.from : undefined,
  )
  const context = catalog.context(use)
  if (use !== 'out') {
    const given = view?.record ?? (preview.of === 'body' ? preview.body : null)
    return explainMapping(source.yaml, context, { source: given, env })
  }
  if (!view) throw new HubError('PIPELINE_ID_UNKNOWN', { detail: 'an .out mapping reads a record' })
  return explainMapping(source.yaml, context, {
    record: view.record,
    env: {
      ...env,
      external: (record, resource) => view.external(found?.name ?? '', record, resource),
      ...(item === undefined ? {} : { item }),
    },
  })
}

function connectionOf(config: TenantConfig, name: string | undefined, other: string) {
  if (name !== undefined) {
    const found = config.connections.get(name)
    if (!found)
      throw new HubError('PIPELINE_CONNECTION_UNKNOWN', { detail: `there is no connection ${name}` })
    return found
  }
  const connector = other.split('.')[0]
  return [...config.connections.values()].find(candidate => candidate.connector === connector)
}

interface Viewed {
  readonly record: RecordView
  external(connection: string, record: string, resource: string | undefined): string | undefined
}

/** @param kind of the record a pasted body stands for; undefined = the body is a vendor's */
async function viewOfPreview(
  { ledger }: Parts,
  config: TenantConfig,
  preview: Preview,
  kind: unknown,
): Promise<Viewed | undefined> {
  if (preview.of === 'body') {
    if (typeof kind !== 'string') return undefined
    const data = (isObject(preview.body) ? preview.body : {}) as JsonObject
    const record: RecordView = { id: `${kind}_preview`, kind, data, gone: false, follow: () => undefined }
    return { record, external: () => undefined }
  }
  const [row] = await findRecords(ledger, config.tenant, [preview.record])
  if (!row) throw new HubError('PIPELINE_ID_UNKNOWN', { detail: 'there is no record of this id' })
  const reads = [...config.outbound.values()].flatMap(flow => flow.reads)
  const views = await loadViews(ledger, config.tenant, [row.id], () => reads, new Map())
  const record = viewOf(views, row.id)
  if (!record) return undefined
  const links = await linkHeadsOfRecords(ledger, config.tenant, [...views.keys()])
  return {
    record,
    external: (connection, id, resource) => {
      const wanted = resource ?? config.resourceOf(connection, prefixOf(id))
      return links.find(
        link =>
          link.record === id &&
          link.connection === connection &&
          link.resource === wanted &&
          link.state === 'active',
      )?.external_id
    },
  }
}

/**
 * Rows mapped for somebody who looks, or to see at the door whether a file fits its mapping at all. Nothing is stored;
 * the same code reads them as in earnest.
 */
import { HubError, isHubError } from '../../kernel/errors.js'
import { isObject, type Json } from '../../kernel/json.js'
import type { MessageRow, Verdict } from '../../ledger/schema.js'
import type { TenantConfig } from '../config/types.js'
import { type ReadMessage, readMessage } from '../fold/read-message.js'
import type { Target } from './find-target.js'
import { isReject, refuseNameless, worstVerdicts } from './verdicts.js'

/** @returns for each row the verdict it has before any record is looked at; undefined = it maps */
export function tryRows(
  config: TenantConfig,
  { connection, resource }: Pick<Target, 'connection' | 'resource'>,
  bodies: readonly Json[],
): (Verdict | undefined)[] {
  const message: MessageRow = {
    tenant: config.tenant,
    id: 'message_tried',
    connection,
    source: 'import',
    resource,
    received_at: 0,
    sent_at: 0,
    head: {},
    body: JSON.stringify(bodies),
    state: 'new',
    verdicts: [],
    tries: 0,
  }
  const { inputs, verdicts } = tryMessage(config, message, bodies.length)
  const mapped = new Set(inputs.map(({ item }) => item))
  const worst = worstVerdicts(verdicts)
  return bodies.map((_, item) => {
    const verdict = worst.get(item)
    // One flow takes it and another has no use for it: it maps.
    return verdict && mapped.has(item) && !isReject(verdict) ? undefined : verdict
  })
}

/** A row over which the mapping itself stumbles is told by the import, once it is stored. */
function tryMessage(
  config: TenantConfig,
  message: MessageRow,
  rows: number,
): Pick<ReadMessage, 'inputs' | 'verdicts'> {
  try {
    return refuseNameless(readMessage(config, message))
  } catch (error) {
    if (isHubError(error)) throw error
    const verdict = {
      flow: '',
      verdict: 'defect',
      code: 'HUB_DEFECT',
      detail: 'the hub failed to map it',
    } as const
    return { inputs: [], verdicts: Array.from({ length: rows }, (_, item) => ({ item, ...verdict })) }
  }
}

export interface ColumnFit {
  /** Names that the mappings asked rows for and that the header lacks. */
  readonly missing: readonly string[]
}

/**
 * @param columns of the header; undefined where rows name their members themselves
 * @throws HubError `PIPELINE_IMPORT_COLUMN_MISSING`: not one row of the sample maps, and columns are missing; or
 *   there is no row, and every column is missing
 */
export function checkColumns(
  config: TenantConfig,
  target: Target,
  columns: readonly string[] | undefined,
  sample: readonly Json[],
): ColumnFit {
  if (!columns) return { missing: [] }
  const there = new Set(columns.flatMap(name => [name, /^[^.[]*/.exec(name)?.[0] ?? name]))
  const asked = askedFor(config, target, sample)
  const missing = [...asked].filter(name => !there.has(name)).sort()
  const verdicts = tryRows(config, target, sample)
  // A header under which no row stands is the wrong one where nothing of it is read.
  const unfit =
    verdicts.length > 0
      ? verdicts.every(verdict => verdict?.verdict === 'invalid')
      : missing.length === asked.size
  if (missing.length === 0 || !unfit) return { missing }
  const mappings = [...new Set(target.flows.map(flow => flow.mapping.name))].join(', ')
  const [first] = verdicts
  throw new HubError('PIPELINE_IMPORT_COLUMN_MISSING', {
    detail: `${mappings} reads ${missing.join(', ')}, and the file has ${columns.join(', ')}; ${first ? `no row can be mapped: ${first.detail ?? ''}` : 'no row stands under them'}`,
  })
}

/** Members that the mappings looked for in some rows. */
function askedFor(config: TenantConfig, { connection, flows }: Target, rows: readonly Json[]): Set<string> {
  const asked = new Set<string>()
  const note = (name: string | symbol) => {
    if (typeof name === 'string') asked.add(name)
  }
  const settings = config.connections.get(connection)?.settings ?? {}
  for (const row of rows.length > 0 ? rows : [{}]) {
    const watched = new Proxy<object>(isObject(row) ? row : {}, {
      get: (target, name, receiver) => {
        note(name)
        return Reflect.get(target, name, receiver)
      },
      has: (target, name) => {
        note(name)
        return Reflect.has(target, name)
      },
      getOwnPropertyDescriptor: (target, name) => {
        note(name)
        return Reflect.getOwnPropertyDescriptor(target, name)
      },
    })
    for (const { mapping } of flows) {
      try {
        mapping.read(watched as Json, { settings })
      } catch {
        // What is wrong with the row is told where its verdict is.
      }
    }
  }
  // Words of every object, not of this source.
  for (const name of ['follow', 'constructor', 'toJSON', 'then']) asked.delete(name)
  return asked
}

/**
 * Flows `to: hub.<kind>`: the record folds a saying of link (hub, flow, key), at the time of the newest claim it
 * read: "draft" cannot be said again after "approved". A chain of such flows that never rests is parked.
 */
import { isHubError } from '../../kernel/errors.js'
import { prefixOf } from '../../kernel/ids.js'
import type { JsonObject } from '../../kernel/json.js'
import type { Claimed } from '../../ledger/claim-due.js'
import { KINDS } from '../../model/kinds.js'
import type { HubFlow, TenantConfig } from '../config/types.js'
import { refsOf } from '../fold/record-refs.js'
import type { FoldInput } from '../fold/types.js'
import type { Parts } from '../parts.js'
import type { LoadedRows } from './load-rows.js'
import { judgeRow, viewFor } from './prepare.js'
import type { Settlement } from './settle.js'
import { errorOf, settledRow, settlement } from './settlement.js'

/** A cause chain longer than this parks. */
const LONGEST_CHAIN = 16

export function deliverToHub(
  parts: Parts,
  config: TenantConfig,
  flow: HubFlow,
  row: Claimed,
  loaded: LoadedRows,
): Settlement {
  const now = parts.clock.now()
  const view = viewFor(row, loaded)
  // A once-row is done when it was said, not when it did not have to be.
  const rest = (state: string, because: string | null) =>
    settlement(
      config,
      settledRow(parts, row, {
        state,
        because,
        done: flow.once ? row.done : row.wanted,
        above: row.wanted,
        last_error: null,
      }),
    )
  if (!view) return rest('cancelled', 'the record is gone')
  if (loaded.views.get(row.record)?.erasing) return rest('cancelled', 'erased')
  try {
    const judged = judgeRow(flow, row, view, now)
    if (judged === 'superseded') return rest('superseded', 'the key is no longer the record’s')
    if (judged !== 'left' && judged.at !== undefined && judged.at > now)
      return settlement(
        config,
        settledRow(parts, row, { state: 'waiting', because: 'due', due_at: judged.at, above: row.wanted }),
      )
    if (judged !== 'left' && judged.lapsed) return rest('lapsed', 'too late')
    const wants = judged === 'left' ? 'gone' : judged.wants
    if (wants === 'held') return rest('held', 'neither there nor gone')
    if (flow.once && row.done > 0) return rest('delivered', null)
    const said = flow.mapping.read(view, { settings: {} })
    if (said.verdict === 'ignored') return rest('delivered', 'the mapping says nothing')
    const depth = loaded.depths.get(row.record) ?? 0
    if (depth > LONGEST_CHAIN)
      return settlement(
        config,
        settledRow(parts, row, {
          state: 'parked',
          because: 'chain',
          above: null,
          last_error: { code: 'PIPELINE_CHAIN_LONG', detail: `flow ${flow.id}: ${depth} flows in a row` },
        }),
      )
    const gone = wants === 'gone'
    const input: FoldInput = {
      flow: flow.id,
      message: undefined,
      item: 0,
      connection: 'hub',
      resource: flow.id,
      kind: flow.resource,
      mapping: flow.mapping.version,
      said: {
        ...said,
        identity: said.identityRef === undefined ? (said.identity ?? row.key) : undefined,
        occurredAt: said.occurredAt ?? newestRead(flow, row, loaded),
        // Late news may change what the flow says and not the newest claim it read: its wish tells which came last.
        sequence: said.sequence ?? row.wanted,
        fields: gone ? emptied(flow.resource, said.fields) : said.fields,
      },
      told: false,
      record: undefined,
      externalId: rollUpKey(flow, row, said.identityRef),
      unknown: gone ? 'ignore' : (flow.mapping.unknown ?? 'create'),
      receivedAt: now,
      sentAt: undefined,
      cause: { by: 'delivery', id: row.id, depth: depth + 1 },
    }
    return settlement(
      config,
      settledRow(parts, row, { done: row.wanted, above: row.wanted, last_error: null, wants }),
      { inputs: [input] },
    )
  } catch (error) {
    if (!isHubError(error) || error.kind === 'defect') throw error
    return settlement(
      config,
      settledRow(parts, row, {
        state: 'parked',
        because: 'mapping',
        above: row.wanted,
        last_error: {
          ...errorOf(
            { is: 'misconfigured', code: error.code, detail: error.message, status: undefined },
            now,
          ),
          where: { ...error.where },
        },
      }),
    )
  }
}

/**
 * What rolls up into a record of another's (`identity: { ref }` of the target's own kind) is a saying of link (hub,
 * flow, key) for each source: a second report must not take back what the first one said.
 */
function rollUpKey(flow: HubFlow, row: Claimed, about: unknown): string | undefined {
  return typeof about === 'string' && prefixOf(about) === flow.resource ? row.key : undefined
}

/** What the flow said is taken back: the same fields, empty. */
function emptied(kind: string, fields: JsonObject): JsonObject {
  const known = KINDS.get(kind)
  return Object.fromEntries(
    Object.keys(fields)
      .filter(name => known !== undefined && name !== 'custom')
      .map(name => [name, null]),
  )
}

/** The newest claim of the record and of every record the flow reads through it. */
function newestRead(flow: HubFlow, row: Claimed, loaded: LoadedRows): number | undefined {
  let newest = 0
  for (const via of [[], ...flow.reads.map(read => read.via)]) {
    let level = [row.record]
    for (const step of via) {
      level = level.flatMap(id => {
        const record = loaded.views.get(id)
        return record
          ? refsOf(record.kind, record.data).flatMap(ref => (ref.path === step ? [ref.to_record] : []))
          : []
      })
    }
    for (const id of level) newest = Math.max(newest, loaded.views.get(id)?.claimedAt ?? 0)
  }
  return newest > 0 ? newest : undefined
}

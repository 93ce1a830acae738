/**
 * What a claimed row does now, from the record as it is now: rest, wait, adopt, or begin an effect with these
 * bytes. Pure over what load-rows brought.
 */
import { HubError, isHubError } from '../../kernel/errors.js'
import { prefixOf } from '../../kernel/ids.js'
import { fingerprint, type JsonObject } from '../../kernel/json.js'
import type { Claimed } from '../../ledger/claim-due.js'
import type { OutEnv, RecordView } from '../../mapping/types.js'
import type { TenantConfig, VendorFlow } from '../config/types.js'
import { type Decision, decide } from '../effect/row.js'
import type { Wants } from '../effect/wants.js'
import { waitForRecordLink } from '../fold/types.js'
import { type Judged, judge } from '../plan/judge.js'
import { viewOf } from '../plan/views.js'
import { isHalfMade } from './half-made.js'
import type { LoadedRows } from './load-rows.js'
import { diedWithin, withinMark } from './within.js'

export type Prepared =
  | {
      readonly do: 'rest'
      readonly state: string
      readonly because: string | undefined
      readonly wants: Wants
      readonly done: boolean
    }
  | { readonly do: 'later'; readonly at: number; readonly wants: Wants }
  | { readonly do: 'link'; readonly waits: readonly string[]; readonly wants: Wants }
  | { readonly do: 'park'; readonly error: HubError; readonly wants: Wants }
  | {
      readonly do: 'begin'
      readonly decision: Decision & { readonly act: 'begin' }
      readonly body: JsonObject
      readonly fingerprint: string | undefined
      readonly replacing: boolean
      /** What the thing is made inside of; see within.ts. */
      readonly within: string | undefined
      /** The thing it had, which died with the one it was inside of. */
      readonly orphan: string | undefined
      readonly wants: Wants
    }
  | { readonly do: 'adopt'; readonly body: JsonObject; readonly wants: Wants }

export function viewFor(row: Claimed, loaded: LoadedRows): RecordView | undefined {
  const then = row.change === null ? undefined : loaded.changes.get(row.change)
  if (!then) return viewOf(loaded.views, row.record)
  const views = new Map(loaded.views).set(row.record, then)
  return viewOf(views, row.record)
}

/** The judgement of this very row, or why it has none. */
export function judgeRow(
  flow: VendorFlow | Parameters<typeof judge>[0],
  row: Claimed,
  view: RecordView,
  now: number,
): Judged | 'superseded' | 'left' {
  const all = judge(flow, view, now)
  if (flow.everyChange) {
    const [one] = all
    return {
      key: row.key,
      item: undefined,
      wants: one?.wants === 'there' ? 'there' : 'held',
      at: undefined,
      lapsed: false,
    }
  }
  const mine = all.find(one => one.key === row.key)
  return mine ?? (flow.once ? 'superseded' : 'left')
}

export function prepare(
  config: TenantConfig,
  flow: VendorFlow,
  row: Claimed,
  loaded: LoadedRows,
  now: number,
): Prepared {
  const view = viewFor(row, loaded)
  if (!view)
    return { do: 'rest', state: 'cancelled', because: 'the record is gone', wants: 'held', done: true }
  try {
    return prepareRow(config, flow, row, loaded, view, now)
  } catch (error) {
    if (!isHubError(error) || error.kind === 'defect') throw error
    return { do: 'park', error, wants: row.wants as Wants }
  }
}

function prepareRow(
  config: TenantConfig,
  flow: VendorFlow,
  row: Claimed,
  loaded: LoadedRows,
  view: RecordView,
  now: number,
): Prepared {
  const judged = erasing(row, loaded) ? erased(flow, row, loaded, view, now) : judgeRow(flow, row, view, now)
  if (judged === 'superseded')
    return {
      do: 'rest',
      state: 'superseded',
      because: 'the key is no longer the record’s',
      wants: 'held',
      done: false,
    }
  const wants = judged === 'left' ? 'gone' : judged.wants
  if (judged !== 'left' && wants === 'there' && judged.at !== undefined && judged.at > now)
    return { do: 'later', at: judged.at, wants }
  if (judged !== 'left' && wants === 'there' && judged.lapsed)
    return { do: 'rest', state: 'lapsed', because: 'too late', wants, done: true }
  if (flow.once && row.done > 0)
    return { do: 'rest', state: 'delivered', because: undefined, wants, done: true }
  const ability = config.connections.get(flow.connection)?.connection.resource(flow.resource)
  if (!ability)
    throw new HubError('PIPELINE_CONNECTION_UNKNOWN', {
      detail: `${flow.connection}.${flow.resource} is not there any more`,
    })
  const mapped =
    wants === 'there'
      ? mapBody(config, flow, view, judged === 'left' ? undefined : judged, loaded)
      : undefined
  if (mapped && 'waits' in mapped) return { do: 'link', waits: mapped.waits, wants }
  const body = mapped?.body ?? {}
  const print = mapped ? fingerprint(body) : undefined
  const replacing = mapped !== undefined && replaceNeeded(flow, row, view)
  const within =
    mapped && withinMark(flow, row.record, ability, envFor(config, flow, undefined, loaded).external)
  const died = diedWithin(row, within)
  const facts = {
    wanted: row.wanted,
    done: row.done,
    externalId: died ? undefined : (row.external_id ?? undefined),
    fingerprint: died ? undefined : (row.fingerprint ?? undefined),
    half: !died && isHalfMade(row.keep),
  }
  const decision = decide(
    facts,
    wants,
    { verbs: ability.verbs, lookupOnly: ability.verbs.length === 0 && ability.lookup !== undefined },
    print,
    replacing,
  )
  if (decision.act === 'adopt') return { do: 'adopt', body, wants }
  if (decision.act === 'begin')
    return {
      do: 'begin',
      decision,
      body,
      fingerprint: print,
      replacing: wants === 'there' && decision.verb === 'delete',
      within,
      orphan: died ? (row.external_id ?? undefined) : undefined,
      wants,
    }
  if (decision.act === 'rest')
    // A once-row is done when it has happened, not when it did not have to.
    return {
      do: 'rest',
      state: decision.state,
      because: decision.because,
      wants,
      done: decision.state !== 'dead' && (!flow.once || wants === 'there'),
    }
  throw new HubError('CONNECTOR_ABILITY_MISSING', {
    detail: `${flow.connection}.${flow.resource}: ${decision.because}`,
  })
}

/** An order to erase stands over the flow's words; a step of `every: change` is sent as the record was then. */
const erasing = (row: Claimed, loaded: LoadedRows) =>
  row.change === null && loaded.views.get(row.record)?.erasing === true

/**
 * Removed where the hub made the thing or its flow wants it gone; else nothing more is done to it. What the row wanted
 * last tells neither: an open call and its settle write that too. What happens once was sent and is not taken back.
 */
function erased(
  flow: VendorFlow,
  row: Claimed,
  loaded: LoadedRows,
  view: RecordView,
  now: number,
): Judged | 'left' {
  if (!flow.once && loaded.made.has(row.id)) return 'left'
  const judged = flow.once ? undefined : judgeRow(flow, row, view, now)
  const gone = typeof judged === 'object' && judged.wants === 'gone'
  return { key: row.key, item: undefined, wants: gone ? 'gone' : 'held', at: undefined, lapsed: false }
}

/** `replace_when`: what cannot be updated over there changed since the thing was made. */
function replaceNeeded(flow: VendorFlow, row: Claimed, view: RecordView): boolean {
  if (flow.replaceWhen.length === 0 || row.external_id === null) return false
  const held = row.keep?.['replace']
  return held !== undefined && held !== replaceMark(flow, view)
}

export function replaceMark(flow: VendorFlow, view: RecordView): string {
  return fingerprint(flow.replaceWhen.map(expression => expression.evaluate({ record: view }) ?? null))
}

export function envFor(
  config: TenantConfig,
  flow: VendorFlow,
  judged: Pick<Judged, 'item'> | undefined,
  loaded: LoadedRows,
): OutEnv {
  const settings = config.connections.get(flow.connection)?.settings ?? {}
  return {
    settings,
    external(record, resource) {
      const wanted = resource ?? config.resourceOf(flow.connection, prefixOf(record))
      const links = loaded.links.get(record) ?? []
      return links.find(
        link => link.connection === flow.connection && link.resource === wanted && link.state === 'active',
      )?.external_id
    },
    ...(judged?.item ? { item: judged.item.value } : {}),
  }
}

function mapBody(
  config: TenantConfig,
  flow: VendorFlow,
  view: RecordView,
  judged: Judged | undefined,
  loaded: LoadedRows,
): { body: JsonObject } | { waits: readonly string[] } {
  const result = flow.mapping.write(view, envFor(config, flow, judged, loaded))
  if (result.verdict === 'mapped') return { body: result.body }
  return {
    waits: result.for.map(({ record, resource }) =>
      waitForRecordLink(
        loaded.survivors.get(record) ?? record,
        flow.connection,
        resource ?? config.resourceOf(flow.connection, prefixOf(record)) ?? '',
      ),
    ),
  }
}

/**
 * What an effect knows when it begins, and what one that was begun under other words is given when it goes on: no
 * more than the words of its connector ask for.
 */
import { isObject, type JsonObject } from '../../kernel/json.js'
import type { Claimed } from '../../ledger/claim-due.js'
import type { TenantConfig, VendorFlow } from '../config/types.js'
import type { Parts } from '../parts.js'
import { returnTail } from '../return-address.js'
import type { EffectMemo } from './effect-memo.js'
import { type Prepared, viewFor } from './prepare.js'
import type { Work } from './work.js'

export function connectionOf(config: TenantConfig, flow: VendorFlow) {
  const found = config.connections.get(flow.connection)
  if (!found) throw new TypeError(`flow ${flow.id} has no connection ${flow.connection}`)
  return found
}

/** What an effect begins with. */
export function progressOf(
  work: Work,
  prepared: Prepared & { readonly do: 'begin' },
  token: string,
): EffectMemo['progress'] {
  const { config, row, flow, loaded, parts } = work
  const uses = connectionOf(config, flow).connection.resource(flow.resource)?.uses
  const view = uses?.record === false ? undefined : viewFor(row, loaded)
  const deletes = prepared.decision.verb === 'delete'
  const sent = deletes || uses?.sent !== false ? openSent(parts, row) : undefined
  return {
    resource: flow.resource,
    verb: prepared.decision.verb,
    id: row.external_id ?? undefined,
    token,
    body: deletes ? (sent ?? {}) : prepared.body,
    sent,
    kept: row.keep ?? undefined,
    record: recordOf(row, flow, view),
    callbackUrl:
      parts.publicUrl === undefined ? undefined : `${parts.publicUrl}/hooks/${returnAddress(work)}`,
    begunAt: parts.clock.now(),
    steps: {},
  }
}

/**
 * An effect that was begun when no word of its connector asked for the record or for what was sent last goes on under
 * words that do: it gets them as they are now, for a look-up by nothing would find nothing and have the thing made twice.
 */
export function filled({ config, row, flow, loaded, parts }: Work, memo: EffectMemo): EffectMemo {
  const uses = connectionOf(config, flow).connection.resource(flow.resource)?.uses
  const { progress } = memo
  const { data } = progress.record
  const lacks = uses?.record === true && (!isObject(data) || Object.keys(data).length === 0)
  return {
    ...memo,
    progress: {
      ...progress,
      ...(lacks && { record: recordOf(row, flow, viewFor(row, loaded)) }),
      ...(uses?.sent === true && { sent: progress.sent ?? openSent(parts, row) }),
    },
  }
}

/** The mapped value that the system accepted last. */
function openSent({ sealer }: Parts, row: Claimed): JsonObject | undefined {
  if (row.sent === null) return undefined
  return JSON.parse(
    sealer.open(row.sent, `${row.tenant}/deliveries/${row.id}`).toString('utf8'),
  ) as JsonObject
}

const recordOf = (row: Claimed, flow: VendorFlow, view: ReturnType<typeof viewFor>): JsonObject => ({
  id: row.record,
  kind: view?.kind ?? flow.kind,
  data: view?.data ?? {},
})

/** Unguessable and bound to the delivery: the door finds the connection by its hook, the row by the tail. */
function returnAddress({ config, flow, row, parts }: Work): string {
  const hook = connectionOf(config, flow).hook
  return `${hook}${returnTail(parts.sealer, row.tenant, row.id)}`
}

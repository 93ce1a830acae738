/**
 * What a system says through the API: checked at the door, then a message like any other, stored and folded in the
 * commits it shares with callbacks. Saying the same again with its time is one saying.
 */
import { type Code, HubError, isHubError, type Where } from '../kernel/errors.js'
import { newId } from '../kernel/ids.js'
import type { JsonObject } from '../kernel/json.js'
import { findRecords } from '../ledger/find-records.js'
import type { MessageRow, MessageState, Verdict } from '../ledger/schema.js'
import { type ApiSaying, checkFields } from './fold/api-flow.js'
import type { Parts } from './parts.js'
import type { Receiver } from './receive.js'

export interface Say {
  readonly connection: string
  readonly resource: string
  readonly kind: string
  readonly externalId: string
  readonly fields: JsonObject
  readonly whole: boolean
  /** Milliseconds since the epoch; undefined = when it arrived. */
  readonly occurredAt: number | undefined
  readonly gone: boolean | undefined
}

export interface SayAnswer {
  /** Undefined where it was refused at the door. */
  readonly message: string | undefined
  readonly state: MessageState
  readonly verdict: Verdict['verdict']
  readonly record: string | undefined
  readonly code: Code | undefined
  readonly detail: string | undefined
  readonly where: Where | undefined
}

export interface SayMeans {
  readonly parts: Parts
  readonly receiver: Receiver
}

/**
 * @param receivedAt when the very first try of this request came; sayings without a time of their own get it
 * @returns an answer for each, in order; what the kind cannot take is `invalid` and not stored
 * @throws HubError LEDGER_AWAY: some may be stored; with their time, all may be said again
 */
export async function say(
  { parts, receiver }: SayMeans,
  tenant: string,
  says: readonly Say[],
  receivedAt: number,
): Promise<SayAnswer[]> {
  const config = parts.config(tenant)
  const checked = says.map(one => {
    try {
      placed(config.connections, one)
      return { refers: checkFields(config, one.connection, one.kind, one.fields), error: undefined }
    } catch (error) {
      if (!isHubError(error) || error.kind === 'defect') throw error
      return { refers: [], error }
    }
  })
  const asked = [...new Set(checked.flatMap(({ refers }) => refers))]
  const there = new Set((await findRecords(parts.ledger, tenant, asked)).map(row => row.id))
  return Promise.all(
    says.map(async (one, i): Promise<SayAnswer> => {
      const { refers = [], error } = checked[i] ?? {}
      const missing = refers.find(id => !there.has(id))
      if (error) return refused(error)
      if (missing !== undefined)
        return refused(
          new HubError('PIPELINE_REFERENCE_MISSING', { detail: `there is no record ${missing}` }),
        )
      return answerOf(await receiver.take(tenant, messageOf(parts, tenant, one, receivedAt)))
    }),
  )
}

function placed(connections: ReturnType<Parts['config']>['connections'], one: Say): void {
  const found = connections.get(one.connection)
  if (!found)
    throw new HubError('PIPELINE_CONNECTION_UNKNOWN', { detail: `there is no connection ${one.connection}` })
  if (!found.connection.resource(one.resource))
    throw new HubError('PIPELINE_RESOURCE_UNKNOWN', {
      detail: `${one.connection} has no resource ${one.resource}`,
    })
}

function messageOf(parts: Parts, tenant: string, one: Say, receivedAt: number): MessageRow {
  const saying: ApiSaying = {
    external_id: one.externalId,
    fields: one.fields,
    whole: one.whole,
    occurred_at: one.occurredAt ?? null,
    gone: one.gone ?? null,
  }
  return {
    tenant,
    id: newId('message', parts.clock),
    connection: one.connection,
    source: 'api',
    resource: one.resource,
    received_at: receivedAt,
    sent_at: null,
    head: { kind: one.kind },
    body: JSON.stringify(saying),
    state: 'new',
    verdicts: [],
    tries: 0,
  }
}

const refused = (error: HubError): SayAnswer => ({
  message: undefined,
  state: 'invalid',
  verdict: 'invalid',
  record: undefined,
  code: error.code,
  detail: error.message,
  where: error.where,
})

function answerOf(message: MessageRow): SayAnswer {
  const [verdict] = message.verdicts
  return {
    message: message.id,
    state: message.state as MessageState,
    // Stored and not folded yet: the sweep folds it within seconds.
    verdict: verdict?.verdict ?? 'waiting',
    record: verdict?.record,
    code: verdict?.code as Code | undefined,
    detail: verdict?.detail,
    where: verdict?.where,
  }
}
